"""Baked pages on this machine's disk: files that any web server can serve, and an index that finds them by key.

Everything in the folder can be thrown away at any time. One lock orders those who keep a page and those who purge, in
all threads and processes of the machine; readers need none.
"""

import fcntl
import logging
import os
import secrets
import shutil
import socket
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from itertools import count
from pathlib import Path
from typing import IO

from broadsheet.pagecache.index import Index, Noted, is_out_of_reach
from broadsheet.pagecache.pages import ENCODINGS, INDEXES, Page, digest_of, name_of, names_of, put
from broadsheet.pagecache.position import Position

logger = logging.getLogger(__name__)

LONGEST_TURN = 3.0  # seconds to wait for somebody else's rendering
LOOK_EVERY = 0.005  # seconds
KNOWN_FOR = 6 * 86_400.0  # seconds that a folder's position is worth something: the purge log is kept a little longer
MANY = 5_000  # pages; where more go at once, their folders go, and the whole folder where those are most of all
IN_ONE_GO = 200  # pages that go while others wait to keep theirs
ALONE = 2  # links that lead to a folder without folders in it; some file systems never say so
AWAY = "old-"  # how the names of folders begin from which nobody reads any more
BOOT = Path("/proc/sys/kernel/random/boot_id")


class Turn(Enum):
    """How somebody came to render a page."""

    FIRST = "first"  # nobody else was at it
    AFTER_ANOTHER = "after another"  # who has baked it meanwhile, most likely
    IN_VAIN = "in vain"  # another is still at it


@dataclass(frozen=True)
class Found:
    """A page that lies on the disk, and what the index knows of it."""

    file: Path
    noted: Noted

    def bodies(self) -> dict[str, bytes] | None:
        """Reads the body in each encoding; None where one is not what was written. Raises OSError."""
        digests = self.noted.digests
        read = {encoding: self._file(encoding).read_bytes() for encoding in digests}
        return read if {encoding: digest_of(body) for encoding, body in read.items()} == digests else None

    def _file(self, encoding: str) -> Path:
        return self.file.with_name(self.file.name + ENCODINGS.get(encoding, ""))


class Store:
    """The folder of one machine's baked pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages = folder / "pages"
        self.previous = folder / "previous"
        self.index = Index(folder)
        self.carried = count()  # names for what is taken away

    # Reading, without a lock.

    def files_of(self, path: str) -> tuple[Path, ...]:
        """Where the page of a path may lie; a page is baked exactly while the first of its files is there."""
        return tuple(self.pages / name for name in names_of(path))

    def previous_of(self, path: str) -> tuple[Path, ...]:
        """Where the version may lie that readers may still get while a new one is rendered."""
        return tuple(self.previous / name for name in names_of(path))

    def find(self, file: Path) -> Found | None:
        """What the index knows of a file; None where it knows nothing, or cannot be read."""
        root = self.previous if file.is_relative_to(self.previous) else self.pages
        try:
            noted = self.index.find(str(file.relative_to(root)))
        except (sqlite3.DatabaseError, OSError) as error:
            logger.warning("The index of baked pages cannot be read (%s).", error)
            return None
        return Found(file, noted) if noted else None

    def having(self, keys: Iterable[str]) -> list[str]:
        """The names of the pages that have one of these keys; none where the index cannot tell."""
        try:
            return self.index.having(keys)
        except (sqlite3.DatabaseError, OSError):
            return []

    @contextmanager
    def turn(self, path: str, longest: float = LONGEST_TURN) -> Iterator[Turn]:
        """Lets one after the other render a path, on the whole machine; nobody waits longer than so many seconds.

        After that several render the same. So they do where the disk takes no lock.
        """
        file = self.folder / "turns" / digest_of(path.encode())[:2]
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            opened = file.open("a")
        except OSError:
            yield Turn.FIRST
            return
        with opened:
            yield _waited_for(opened, longest)

    # Changing, one after the other.

    def keep(self, page: Page, *, unless: Callable[[], bool]) -> Path | None:
        """Puts a page on the disk, unless it went stale while it was made; None where it was not kept.

        `unless` is asked while nobody can purge: whatever commits afterwards finds the page there and removes it.
        Raises OSError on a full disk and the like; then the page is not there.
        """
        name = name_of(page)
        if not name:
            return None
        bodies = page.bodies()
        with self._locked():
            if unless():
                return None
            self._keep(name, page, bodies)
        return self.pages / name

    def remove(self, keys: Iterable[str]) -> int:
        """Removes every page that has one of these keys, and returns how many: afterwards no reader gets them.

        That is so of previous versions too. Where the index cannot tell which they are, all pages go. Raises OSError
        where not even that could be done.
        """
        return self._remove(lambda: self.index.having(keys))

    def renew(self, keys: Iterable[str]) -> int:
        """Sets every page that has one of these keys aside, to be rendered anew, and returns how many.

        Until then the version set aside may still be given to readers; a removal takes it away. Of very many pages
        none is kept. Raises OSError.
        """
        with self._locked():
            try:
                names = [name for name in self.index.having(keys) if os.path.exists(f"{self.pages}/{name}")]
                if self._are_most(names) and self._set_all_aside():
                    return len(names)
            except sqlite3.DatabaseError:
                return self._begin_anew()
        away = self._room_for(names)
        for some in _pieces(names):
            with self._locked():
                for name in some:
                    if not self._carry_off(name, away) and (self.pages / name).exists():
                        self._set_aside(name)
        return len(names)

    def remove_expired(self, now: float) -> int:
        """Removes what time alone has made wrong, and returns how many that were; frees the disk of what went."""
        removed = self._remove(lambda: self.index.expired(now))
        with self._locked():
            taken = [*self.folder.glob(f"{AWAY}*")]  # what somebody is about to fill comes with the next round
        for away in taken:
            shutil.rmtree(away, ignore_errors=True)
        return removed

    def clear(self) -> None:
        """Removes all pages."""
        with self._locked():
            self._clear()

    # What has been carried out here.

    def seen(self) -> Position | None:
        """The last moment whose purges have all been carried out here; None in a folder where nobody knows.

        After a restart of the machine nobody does: the index is not written through to the disk each time, so that a
        power cut may leave a page without the row that leads to it. Nor after so long that the purge log may have been
        shortened meanwhile.
        """
        try:
            facts = self.index.facts()
        except sqlite3.DatabaseError:
            return None
        if facts.get("boot") != boot() or not 0 <= time.time() - float(facts["at"]) + 60 < KNOWN_FOR:
            return None
        return Position.parse(facts["seen"])

    def note_seen(self, position: Position) -> None:
        """Notes that everything purged before this moment has been carried out here; raises OSError."""
        facts = {"seen": str(position), "boot": boot(), "at": str(time.time())}
        try:
            with self._locked():
                self.index.note_facts(facts)
        except sqlite3.DatabaseError as error:
            raise OSError(f"the index of baked pages cannot be written ({error})") from error

    def done(self) -> set[int]:
        """The numbers of purges that were carried out here as soon as they were made."""
        try:
            return self.index.done()
        except sqlite3.DatabaseError:
            return set()

    def note_done(self, purge: int) -> None:
        """Notes that a purge has been carried out here; where that cannot be noted, it is carried out once more."""
        try:
            self.index.note_done(purge)
        except (sqlite3.DatabaseError, OSError) as error:
            logger.warning("The index of baked pages cannot be written (%s).", error)

    def node(self) -> str:
        """This machine's name among those of the paper, made on first use; raises OSError.

        A folder that was copied from another machine does not bring that machine's name along.
        """
        file, host = self.folder / "node", socket.gethostname()[:40]
        with self._locked():
            if not (file.exists() and file.read_text().startswith(f"{host}-")):
                put(file, f"{host}-{secrets.token_hex(3)}".encode())
            return file.read_text()

    # How it is done.

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _keep(self, name: str, page: Page, bodies: dict[str, bytes]) -> None:
        """Notes the page before it can be read: no file is ever there that no key leads to."""
        try:
            self.index.note(name, page, {encoding: digest_of(body) for encoding, body in bodies.items()})
        except sqlite3.DatabaseError as error:
            if not is_out_of_reach(error):
                self._clear()
            raise OSError(f"the index of baked pages cannot be written ({error})") from error
        try:
            self._write(self.pages / name, bodies)
        except OSError:
            self._unlink([name])  # what lay there before had other keys
            raise
        self._unlink_previous([name])

    def _write(self, file: Path, bodies: dict[str, bytes]) -> None:
        """Each file appears whole or not at all; the one by which a page is known comes last."""
        file.parent.mkdir(parents=True, exist_ok=True)
        for encoding, ending in ENCODINGS.items():
            if encoding in bodies:
                put(file.with_name(file.name + ending), bodies[encoding])
            else:
                file.with_name(file.name + ending).unlink(missing_ok=True)
        put(file, bodies["identity"])

    def _set_aside(self, name: str) -> None:
        """The file by which a page is known goes first, and comes last."""
        aside = self.previous / name
        aside.parent.mkdir(parents=True, exist_ok=True)
        (self.pages / name).replace(aside.with_name(f".{aside.name}"))
        for ending in ENCODINGS.values():
            packed = self.pages / (name + ending)
            if packed.exists():
                packed.replace(self.previous / (name + ending))
        aside.with_name(f".{aside.name}").replace(aside)

    def _remove(self, found: Callable[[], list[str]]) -> int:
        """In pieces: what is baked between two of them was rendered afterwards, and is at worst rendered once more."""
        with self._locked():
            try:
                names = found()
                if self._are_most(names) and self._take_away(self.pages, self.previous):
                    self._forget(self.index.forget_all)
                    return len(names)
            except sqlite3.DatabaseError:
                return self._begin_anew()
        away = self._room_for(names)
        for some in _pieces(names):
            with self._locked():
                try:
                    self._unlink([name for name in some if not self._carry_off(name, away)])
                    self._unlink_previous(some)
                    self._forget(partial(self.index.forget, some))
                except sqlite3.DatabaseError:
                    return self._begin_anew()
        return len(names)

    def _are_most(self, names: Sequence[str]) -> bool:
        return len(names) > MANY and 2 * len(names) > self.index.size()

    def _forget(self, forget: Callable[[], None]) -> None:
        """Where nothing can be written, the index goes on naming pages that are not there, which harms nobody."""
        try:
            forget()
        except sqlite3.DatabaseError as error:
            if not is_out_of_reach(error):
                raise
            logger.warning("The index of baked pages cannot be written (%s).", error)

    def _begin_anew(self) -> int:
        logger.exception("The index of baked pages is damaged: all pages are removed, and baked anew.")
        self._clear()
        return 0

    def _room_for(self, names: Sequence[str]) -> Path | None:
        """Where very many pages are taken to, out of readers' sight, if the disk has room for it."""
        return self._room() if len(names) > MANY else None

    def _carry_off(self, name: str, away: Path | None) -> bool:
        """Takes the folder away in which a page lies with no other beneath: one step, where each file would need one.

        Its files are deleted later, by whoever frees the disk.
        """
        folder, _, last = name.rpartition("/")
        if away is None or not folder or last not in INDEXES:
            return False
        try:
            alone = os.stat(f"{self.pages}/{folder}").st_nlink == ALONE
            if alone:
                os.rename(f"{self.pages}/{folder}", f"{away}/{next(self.carried)}")
        except OSError:
            return False
        return alone

    def _unlink(self, names: Iterable[str]) -> None:
        """There may be thousands of them, and a Path costs more than the deed."""
        for name in names:
            for ending in ("", *ENCODINGS.values()):
                with suppress(FileNotFoundError):
                    os.unlink(f"{self.pages}/{name}{ending}")

    def _unlink_previous(self, names: Iterable[str]) -> None:
        """Most have none; the packed copies of one that is not there are nobody's."""
        for name in names:
            with suppress(FileNotFoundError):
                for ending in ("", *ENCODINGS.values()):
                    os.unlink(f"{self.previous}/{name}{ending}")

    def _clear(self) -> None:
        if not self._take_away(self.pages, self.previous):
            for inside in (self.pages, self.previous):
                shutil.rmtree(inside, ignore_errors=True)
        for file in self.folder.glob("index-*"):
            file.unlink(missing_ok=True)

    def _set_all_aside(self) -> bool:
        """What has not gone stale is as right among the previous versions."""
        if not self._take_away(self.previous):
            return False
        self.pages.rename(self.previous)
        return True

    def _take_away(self, *folders: Path) -> bool:
        """Takes whole folders out of readers' sight at once, if the disk has room to; their files are deleted later."""
        if not (away := self._room()):
            return False
        for inside in filter(Path.exists, folders):
            inside.rename(away / inside.name)
        return True

    def _room(self) -> Path | None:
        with suppress(OSError):
            return Path(tempfile.mkdtemp(prefix=AWAY, dir=self.folder))
        return None


def _pieces(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + IN_ONE_GO] for start in range(0, len(names), IN_ONE_GO))


def boot() -> str:
    """What tells this run of the machine from the one before; the same always where the system does not tell."""
    try:
        return BOOT.read_text().strip()
    except OSError:
        return ""


def _waited_for(file: IO[str], longest: float) -> Turn:
    """Takes the lock on a file, if it can be had in time."""
    until, turn = time.monotonic() + longest, Turn.FIRST
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            turn = Turn.AFTER_ANOTHER
            if time.monotonic() > until:
                return Turn.IN_VAIN
            time.sleep(LOOK_EVERY)
        else:
            return turn
