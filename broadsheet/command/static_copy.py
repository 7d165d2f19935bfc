"""A copy of the paper as a folder of files, for any web server: what is in it, and how it comes into its place.

Pages stay what readers get, but for addresses that a folder cannot answer: those lead to the paper itself.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from html import escape, unescape
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils import timezone

from broadsheet.core.errors import Refusal
from broadsheet.newsroom.queries import withdrawn_paths
from broadsheet.pagecache.baking import Asked, Fate, ask, baked, lies
from broadsheet.pagecache.pages import Page, name_of

MARK = ".broadsheet-copy"
NOWHERE = "/404.html"  # nothing of the paper is at this address
ROUNDS = 5  # after which pages that go on changing are left as they are
FEED = ("/feed/", "/feed/atom/")
WRITING = "/comments/write/"
PERMALINK = re.compile(r"/comments/(\d+)/")
# A tag with its attributes; inside text `<` is always escaped.
TAG = re.compile(r"""<[a-z](?:[^>"]++|"[^"]*+")*+>""", re.IGNORECASE)
LINK = re.compile(r"""(\s(?:href|action)=")(/(?!/)[^"?#]*)([^"]*")""")
PICTURE = re.compile(r"""/images/[^/\s"'<>]+/\d+/[^/\s"'<>]+/[^/\s"'<>,?#]+""")


class NoPlaceForCopy(Refusal):
    """The folder is something else than an earlier copy, or another copy is being made there."""

    code = "no-place-for-copy"


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """A new folder, which takes this one's place at the end of the block; until then this one stays as it is."""
    check_place(folder)
    beside, former = (folder.with_name(f".{folder.name}.{word}") for word in ("new", "old"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder.parent):
        if former.exists() and not folder.exists():  # killed between the two lines that change them
            former.rename(folder)
        for left in (beside, former):
            shutil.rmtree(left, ignore_errors=True)
        beside.mkdir()
        try:
            (beside / MARK).write_text(f"A copy of {settings.BASE_URL}, begun {timezone.now():%Y-%m-%d %H:%M} UTC.\n")
            yield beside
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        if folder.exists():
            folder.rename(former)
        beside.rename(folder)
        shutil.rmtree(former, ignore_errors=True)


def check_place(folder: Path) -> None:
    """Refuses a folder that has something in it, unless that is an earlier copy."""
    if folder.exists() and not folder.is_dir():
        raise NoPlaceForCopy(f"{folder} is a file: name a folder for the copy.")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise NoPlaceForCopy(
            f"{folder} holds something else than an earlier copy; nothing in it was touched. Name an empty folder, or "
            "one that is not there yet."
        )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Nobody else makes a copy in this folder meanwhile; the system ends that with us."""
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise NoPlaceForCopy(f"Another copy is being made in {folder}: wait until it is done.") from error
    else:
        yield
    finally:
        os.close(number)


class StaticCopy:
    """The files of one copy."""

    def __init__(self, folder: Path, paths: Sequence[str]) -> None:
        self.folder = folder
        self.order = paths
        self.paths = frozenset(paths)
        self.leads_to = lru_cache(10_000)(self._leads_to)
        self.count = 0
        self._seen: dict[str, object] = {}

    def pages(self) -> Iterator[Asked]:
        """Copies page after page, and anew what changed while the others were copied."""
        yield from self._copied(self.order)
        for _ in range(ROUNDS):
            changed = [path for path, seen in self._seen.items() if lies(path) != seen]
            yield from self._copied(changed)

    def finish(self) -> None:
        """Adds what pages look and move by, and what stands where nothing is, or nothing any more."""
        for folder in map(Path, settings.STATICFILES_DIRS):
            for file in folder.rglob("*"):
                if file.is_file() and file.suffix != ".md":
                    self._take(staticfiles_storage.url(str(file.relative_to(folder))))
        self._put(NOWHERE.lstrip("/"), self._led(ask(NOWHERE)))
        for path in withdrawn_paths():
            self._copy(ask(path))

    def fault_of(self, asked: Asked) -> str:
        """Why a page that was answered is not in the copy; nothing where it is, or is no page any more."""
        lacking = asked.status == HTTPStatus.OK and not name_of(_page(asked))
        return "has an address that cannot be a file's name" if lacking else ""

    # Pages.

    def _copied(self, paths: Iterable[str]) -> Iterator[Asked]:
        for path in paths:
            asked = baked(path)
            if asked.fate != Fate.FAILED:
                self._copy(asked)
            yield asked

    def _copy(self, asked: Asked) -> None:
        """Puts a page into its file, or takes it out if it is none any more. An article that was taken down says so."""
        name = name_of(_page(asked))
        if not name:
            return
        self._seen[asked.path] = lies(asked.path)
        if asked.status in {HTTPStatus.OK, HTTPStatus.GONE}:
            self._put(name, self._led(asked))
        else:
            (self.folder / name).unlink(missing_ok=True)

    def _led(self, asked: Asked) -> bytes:
        """The page with its pictures beside it, and with links that lead somewhere."""
        text = asked.body.decode()
        for address in dict.fromkeys(PICTURE.findall(text)):
            self._take(unescape(address))
        if not asked.header("content-type").startswith("text/html"):
            return asked.body
        return TAG.sub(lambda tag: LINK.sub(partial(self._link, text), tag[0]), text).encode()

    def _link(self, text: str, found: re.Match[str]) -> str:
        before, address, rest = found[1], unescape(found[2]), found[3]
        comment = PERMALINK.fullmatch(address)
        if "action" in before:
            return before + escape(settings.BASE_URL + address) + rest
        if comment and f'id="comment-{comment[1]}"' in text:
            return f'{before}#comment-{comment[1]}"'
        return before + escape(self.leads_to(address)) + rest

    def _leads_to(self, path: str) -> str:
        """Where a link of the paper leads in the copy; to the paper itself where there is no such file."""
        if path in self.paths:
            return f"{path}index.xml" if path.endswith(FEED) else path
        if path.startswith(settings.STATIC_URL) or PICTURE.fullmatch(path):
            return path
        if not PERMALINK.fullmatch(path) and (path.startswith(settings.NEVER_BAKED) or WRITING in path):
            return f"{settings.BASE_URL}{path}"
        location = ask(path).header("location")
        there = location.partition("#")[0]
        return location if there in self.paths else f"{settings.BASE_URL}{path}"

    # Files.

    def _take(self, address: str) -> None:
        """Copies a file that is not there yet; one that the paper does not have is left out there as here."""
        name = unquote(address).lstrip("/")
        if not (self.folder / name).exists():
            asked = ask(address)
            if asked.status == HTTPStatus.OK:
                self._put(name, asked.body)

    def _put(self, name: str, body: bytes) -> None:
        file = self.folder / name
        self.count += not file.exists()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)


def _page(asked: Asked) -> Page:
    return Page(unquote(asked.path), asked.body, asked.headers)
