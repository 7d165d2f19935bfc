"""A static copy of the paper: a folder of files for any web server, and how it replaces an earlier copy.

Pages are copied as readers get them, except for links to pages that a folder cannot serve, such as the search: these
become links to the paper itself.
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

from broadsheet.bakery.pages import Page, file_name
from broadsheet.core.errors import Refusal
from broadsheet.newsroom.queries import withdrawn_paths
from broadsheet.pagecache.baking import BakeResult, PageResponse, bake_page, baked_version, request_page

MARKER = ".broadsheet-copy"
NOT_FOUND = "/404.html"  # no page of the paper has this path, so it answers with its 404 page
MAX_PASSES = 5  # after which pages that keep changing are left as they are
FEED_SUFFIXES = ("/feed/", "/feed/atom/")
WRITE_FORM = "/comments/write/"
PERMALINK = re.compile(r"/comments/(\d+)/")
# A tag with its attributes. In text and in attributes, Django's templates escape `<`.
TAG = re.compile(r"""<[a-z](?:[^>"]++|"[^"]*+")*+>""", re.IGNORECASE)
LINK = re.compile(r"""(\s(?:href|action)=")(/(?!/)[^"?#]*)([^"]*")""")
IMAGE = re.compile(r"""/images/[^/\s"'<>]+/\d+/[^/\s"'<>]+/[^/\s"'<>,?#]+""")


class FolderUnavailable(Refusal):
    """The folder holds something other than an earlier copy, or another copy is being made there."""

    code = "folder-unavailable"


@contextmanager
def replacement(folder: Path) -> Iterator[Path]:
    """Yield a new folder, which replaces `folder` at the end of the block; until then `folder` is unchanged."""
    check_target(folder)
    new, old = (folder.with_name(f".{folder.name}.{suffix}") for suffix in ("new", "old"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent):
        if old.exists() and not folder.exists():  # the last run was killed between its two renames, below
            old.rename(folder)
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)
        new.mkdir()
        try:
            (new / MARKER).write_text(f"A copy of {settings.BASE_URL}, begun {timezone.now():%Y-%m-%d %H:%M} UTC.\n")
            yield new
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def check_target(folder: Path) -> None:
    """Raise FolderUnavailable for a folder that is neither new, nor empty, nor an earlier copy, or is not writable.

    The copy is made beside the folder and takes its place, so its parent must be writable, too.
    """
    existing = next(parent for parent in folder.parents if parent.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise FolderUnavailable(
            f"The copy cannot be made in {folder}, because {existing} cannot be written to. Choose another folder, or "
            "give the user that runs broadsheet access to it."
        )
    if folder.exists() and not folder.is_dir():
        raise FolderUnavailable(f"{folder} is a file. Choose a folder for the copy.")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise FolderUnavailable(
            f"{folder} holds something other than an earlier copy, so it was left alone. Choose a new or empty folder."
        )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # released by the system if this process is killed
    except BlockingIOError as error:
        raise FolderUnavailable(f"Another copy is being made in {folder}. Wait until it has finished.") from error
    else:
        yield
    finally:
        os.close(descriptor)


class StaticCopy:
    """The files of one copy."""

    def __init__(self, folder: Path, paths: Sequence[str]) -> None:
        self.folder = folder
        self.ordered_paths = paths
        self.paths = frozenset(paths)
        self.target_of = lru_cache(10_000)(self._target_of)
        self.file_count = 0
        self._versions: dict[str, object] = {}

    def pages(self) -> Iterator[PageResponse]:
        """Copy and yield each page, and again those that have changed while the others were copied."""
        yield from self._copy_pages(self.ordered_paths)
        for _ in range(MAX_PASSES):
            changed = [path for path, version in self._versions.items() if baked_version(path) != version]
            yield from self._copy_pages(changed)

    def add_remaining_files(self) -> None:
        """Add the static files, the page for 404 Not Found, and the notices of articles that were taken down."""
        for folder in map(Path, settings.STATICFILES_DIRS):
            for file in folder.rglob("*"):
                if file.is_file() and file.suffix != ".md":
                    self._add_file(staticfiles_storage.url(str(file.relative_to(folder))))
        self._write(NOT_FOUND.lstrip("/"), self._rewritten(request_page(NOT_FOUND)))
        for path in withdrawn_paths():
            self._copy_page(request_page(path))

    def copying_failure(self, page: PageResponse) -> str:
        """Return why a page that was rendered is not in the copy; empty where it is, or no longer exists."""
        has_no_name = page.status == HTTPStatus.OK and not file_name(_as_page(page))
        return "has a path that cannot be a file name" if has_no_name else ""

    # Pages.

    def _copy_pages(self, paths: Iterable[str]) -> Iterator[PageResponse]:
        for path in paths:
            page = bake_page(path)
            if page.result != BakeResult.FAILED:
                self._copy_page(page)
            yield page

    def _copy_page(self, page: PageResponse) -> None:
        """Write a page into its file, or delete the file of a page that no longer exists.

        An article that was taken down keeps its file: it says so, as the paper does with status 410.
        """
        name = file_name(_as_page(page))
        if not name:
            return
        self._versions[page.path] = baked_version(page.path)
        if page.status in {HTTPStatus.OK, HTTPStatus.GONE}:
            self._write(name, self._rewritten(page))
        else:
            (self.folder / name).unlink(missing_ok=True)

    def _rewritten(self, page: PageResponse) -> bytes:
        """Add the page's images to the copy, and return the page with its links rewritten; a picture as it is."""
        if page.header("content-type").startswith("image/"):
            return page.body
        text = page.body.decode()
        for url in dict.fromkeys(IMAGE.findall(text)):
            self._add_file(unescape(url))
        if not page.header("content-type").startswith("text/html"):
            return page.body
        return TAG.sub(lambda tag: LINK.sub(partial(self._link, text), tag[0]), text).encode()

    def _link(self, text: str, match: re.Match[str]) -> str:
        attribute, path, rest = match[1], unescape(match[2]), match[3]
        comment = PERMALINK.fullmatch(path)
        if "action" in attribute:
            return attribute + escape(settings.BASE_URL + path) + rest
        if comment and f'id="comment-{comment[1]}"' in text:
            return f'{attribute}#comment-{comment[1]}"'
        return attribute + escape(self.target_of(path)) + rest

    def _target_of(self, path: str) -> str:
        """Return the target of a link in the copy: a file there or, where there is none, a page of the paper."""
        if path in self.paths:
            return f"{path}index.xml" if path.endswith(FEED_SUFFIXES) else path
        if path.startswith(settings.STATIC_URL) or IMAGE.fullmatch(path):
            return path
        if not PERMALINK.fullmatch(path) and (path.startswith(settings.NEVER_BAKED) or WRITE_FORM in path):
            return f"{settings.BASE_URL}{path}"
        location = request_page(path).header("location")
        return location if location.partition("#")[0] in self.paths else f"{settings.BASE_URL}{path}"

    # Files.

    def _add_file(self, url: str) -> None:
        """Copy a static file or an image once; leave out a file that the paper does not have either."""
        name = unquote(url).lstrip("/")
        if not (self.folder / name).exists():
            response = request_page(url)
            if response.status == HTTPStatus.OK:
                self._write(name, response.body)

    def _write(self, name: str, body: bytes) -> None:
        file = self.folder / name
        self.file_count += not file.exists()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)


def _as_page(page: PageResponse) -> Page:
    return Page(unquote(page.path), page.body, page.headers)
