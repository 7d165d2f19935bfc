"""Baked pages on this machine's disk: files that any web server can serve, and an index that finds them by key.

Everything in the folder can be thrown away at any time. One lock orders those who keep a page and those who purge, in
all threads and processes of the machine; readers need none. How files come and go is in `files`, who waits in `turns`.
"""

import logging
import secrets
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from broadsheet.pagecache.files import Files
from broadsheet.pagecache.index import Index, Noted, is_out_of_reach
from broadsheet.pagecache.pages import ENCODINGS, Page, digest_of, name_of, put
from broadsheet.pagecache.position import Position
from broadsheet.pagecache.turns import Turn, alone, place_of, turn_at

logger = logging.getLogger(__name__)

LONGEST_TURN = 3.0  # seconds to wait for somebody else's rendering
LONGEST_PURGE = 30.0  # seconds to wait for somebody else who carries out the same purge
KNOWN_FOR = 6 * 86_400.0  # seconds that a folder's position is worth something: the purge log is kept a little longer
MANY = 5_000  # pages; where more go at once, their folders go, and the whole folder where those are most of all
IN_ONE_GO = 200  # pages that go while others wait to keep theirs
BOOT = Path("/proc/sys/kernel/random/boot_id")


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
        self.files = Files(folder)
        self.index = Index(folder)

    # Reading, without a lock.

    def find(self, file: Path) -> Found | None:
        """What the index knows of a file; None where it knows nothing, or cannot be read."""
        try:
            noted = self.index.find(self.files.name_of(file))
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

    def turn(self, path: str, longest: float = LONGEST_TURN) -> AbstractContextManager[Turn]:
        """Lets one after the other render a path, on the whole machine; nobody waits longer than so many seconds.

        After that several render the same. So they do where the disk takes no lock.
        """
        return turn_at(place_of(self.folder / "turns", path), longest)

    @contextmanager
    def carrying_out(self, purges: Iterable[int]) -> Iterator[None]:
        """Lets one after the other carry out these purges, by their numbers; who comes second may find them done."""
        places = {place_of(self.folder / "purges", str(purge)) for purge in purges}
        with ExitStack() as stack:
            for place in sorted(places):  # in this order, so that no two wait for each other
                stack.enter_context(turn_at(place, LONGEST_PURGE))
            yield

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
        with self._locked() as is_still_locked:
            if unless():
                return None
            self._keep(name, page, bodies)
            if not is_still_locked():  # somebody has thrown the folder away meanwhile, and others do not wait for us
                self.files.unlink([name])
                return None
        return self.files.pages / name

    def remove(self, keys: Iterable[str]) -> int:
        """Removes every page that has one of these keys, and returns how many: afterwards no reader gets them.

        That is so of previous versions too. Where the index cannot tell which they are, all pages go. Raises OSError
        where not even that could be done.
        """
        return self._remove(lambda: self.index.having(keys))

    def soft_purge(self, keys: Iterable[str]) -> int:
        """Sets every page that has one of these keys aside, to be rendered anew, and returns how many.

        Until then the version set aside may still be given to readers; a removal takes it away. Of very many pages
        none is kept. Raises OSError.
        """
        with self._locked():
            try:
                names = self.files.are_there(self.index.having(keys))
                if self._are_most(names) and self.files.set_all_aside():
                    return len(names)
            except sqlite3.DatabaseError:
                return self._begin_anew()
        away = self._room_for(names)
        for some in _pieces(names):
            with self._locked():
                for name in some:
                    if not self.files.carry_off(name, away):
                        self.files.set_aside(name)
        return len(names)

    def remove_expired(self, now: float) -> int:
        """Removes what time alone has made wrong, and returns how many that were; frees the disk of what went."""
        removed = self._remove(lambda: self.index.expired(now))
        with self._locked():
            taken = self.files.taken_away()  # what somebody is about to fill comes with the next round
        self.files.sweep(taken)
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

    def done(self, purges: Iterable[int]) -> set[int]:
        """Those of these purges, by their numbers, that are known to be carried out here."""
        try:
            return self.index.done(purges)
        except sqlite3.DatabaseError:
            return set()

    def note_done(self, purges: Iterable[int]) -> None:
        """Notes that purges have been carried out here; where that cannot be noted, they are carried out once more."""
        try:
            self.index.note_done(purges)
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

    def _locked(self) -> AbstractContextManager[Callable[[], bool]]:
        return alone(self.folder / "lock")

    def _keep(self, name: str, page: Page, bodies: dict[str, bytes]) -> None:
        """Notes the page before it can be read: no file is ever there that no key leads to."""
        try:
            self.index.note(name, page, {encoding: digest_of(body) for encoding, body in bodies.items()})
        except sqlite3.DatabaseError as error:
            if not is_out_of_reach(error):
                self._clear()
            raise OSError(f"the index of baked pages cannot be written ({error})") from error
        try:
            self.files.write(name, bodies)
        except OSError:
            self.files.unlink([name])  # what lay there before had other keys
            raise
        self.files.unlink_previous([name])

    def _remove(self, found: Callable[[], list[str]]) -> int:
        """In pieces: what is baked between two of them was rendered afterwards, and is at worst rendered once more."""
        with self._locked():
            try:
                names = found()
                if self._are_most(names) and self.files.take_all_away():
                    self._forget(self.index.forget_all)
                    return len(names)
            except sqlite3.DatabaseError:
                return self._begin_anew()
        away = self._room_for(names)
        for some in _pieces(names):
            with self._locked():
                try:
                    self.files.unlink([name for name in some if not self.files.carry_off(name, away)])
                    self.files.unlink_previous(some)
                    self._forget(partial(self.index.forget, some))
                except sqlite3.DatabaseError:
                    return self._begin_anew()
        return len(names)

    def _are_most(self, names: Sequence[str]) -> bool:
        return len(names) > MANY and 2 * len(names) > self.index.size()

    def _room_for(self, names: Sequence[str]) -> Path | None:
        """Where very many pages are taken to, out of readers' sight, if the disk has room for it."""
        return self.files.room() if len(names) > MANY else None

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

    def _clear(self) -> None:
        self.files.delete_all()
        for file in self.folder.glob("index-*"):
            file.unlink(missing_ok=True)


def _pieces(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + IN_ONE_GO] for start in range(0, len(names), IN_ONE_GO))


def boot() -> str:
    """What tells this run of the machine from the one before; the same always where the system does not tell."""
    try:
        return BOOT.read_text().strip()
    except OSError:
        return ""
