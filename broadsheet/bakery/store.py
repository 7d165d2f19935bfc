"""Baked pages on this machine's disk: files that any web server can serve, and an index that finds them by key.

The whole folder may be deleted at any time. One lock orders those who store and those who purge among all threads and
processes of the machine; readers need none.
"""

import logging
import secrets
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from broadsheet.bakery.files import PageFiles
from broadsheet.bakery.index import Index, IndexEntry, is_unavailable
from broadsheet.bakery.locks import Coalescing, coalesced, exclusive_lock, lock_file
from broadsheet.bakery.pages import ENCODINGS, Page, digest_of, disk_size, file_name, write_atomically
from broadsheet.bakery.snapshot import Snapshot

logger = logging.getLogger(__name__)

RENDER_TIMEOUT = 3.0  # seconds to wait for the rendering of another request
PURGE_TIMEOUT = 30.0  # seconds to wait for another process that applies the same purge
MAX_SNAPSHOT_AGE = 6 * 86_400.0  # seconds; the purge log is kept a little longer
CLOCK_SKEW = 60  # seconds
BULK = 5_000  # pages; of more at once whole folders are moved to the trash, and everything where they are the majority
MAX_BYTES = 5_000_000_000  # of all baked pages, on the disk
FREED_SHARE = 10  # one tenth of the folder is freed at once, so that it is seldom looked through
BATCH = 200  # pages deleted under one lock, while others wait to store theirs
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class _FolderFull(Exception):
    """A page that does not fit into the folder."""


@dataclass(frozen=True)
class StoredPage:
    """A file on the disk with its entry in the index."""

    file: Path
    entry: IndexEntry

    def bodies(self) -> dict[str, bytes] | None:
        """Return the body by content coding; None where a file is not as it was written. Raises OSError."""
        digests = self.entry.digests
        bodies = {encoding: self._file(encoding).read_bytes() for encoding in digests}
        return bodies if {encoding: digest_of(body) for encoding, body in bodies.items()} == digests else None

    def _file(self, encoding: str) -> Path:
        return self.file.with_name(self.file.name + ENCODINGS.get(encoding, ""))


class Store:
    """The folder of one machine's baked pages, which take no more than `max_bytes` on the disk."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self.files = PageFiles(folder)
        self.index = Index(folder)

    # Reading, without the lock.

    def get(self, file: Path) -> StoredPage | None:
        """Return the page of a file; None where the index has no entry for it, or cannot be read."""
        try:
            entry = self.index.get(self.files.name_of(file))
        except (sqlite3.DatabaseError, OSError) as error:
            logger.warning("The index of baked pages cannot be read (%s).", error)
            return None
        return StoredPage(file, entry) if entry else None

    def names_with_keys(self, keys: Iterable[str]) -> list[str]:
        """Return the names of the pages that have any of these keys; empty where the index cannot be read."""
        try:
            return self.index.names_with_keys(keys)
        except (sqlite3.DatabaseError, OSError):
            return []

    def coalesced(self, path: str, timeout: float = RENDER_TIMEOUT) -> AbstractContextManager[Coalescing]:
        """Let one request on this machine render a path while the others wait, `timeout` seconds at most."""
        return coalesced(lock_file(self.folder / "render-locks", path), timeout)

    @contextmanager
    def applying(self, purges: Iterable[int]) -> Iterator[None]:
        """Let one process at a time apply the purges with these ids; the second may find them applied."""
        files = {lock_file(self.folder / "purge-locks", str(purge)) for purge in purges}
        with ExitStack() as stack:
            for file in sorted(files):  # in this order, so that no two wait for each other
                stack.enter_context(coalesced(file, PURGE_TIMEOUT))
            yield

    # Changing, under the lock.

    def put(self, page: Page, *, is_stale: Callable[[], bool]) -> Path | None:
        """Store a page, unless it went stale while it was rendered; return its file, or None if it was not stored.

        `is_stale` is called while no purge can be applied: a purge that commits later finds the page and removes it.
        Where it does not fit into the folder, the pages that were not read for longest are removed first. Raises
        OSError, as on a full disk; the page is then not stored.
        """
        name = file_name(page)
        if not name:
            return None
        bodies = page.encoded_bodies()
        try:
            return self._put_if_fresh(name, page, bodies, is_stale)
        except _FolderFull:
            self.make_room(disk_size(bodies))
        with suppress(_FolderFull):  # another process is still making room; the next request bakes the page
            return self._put_if_fresh(name, page, bodies, is_stale)
        return None

    def make_room(self, size: int = 0) -> int:
        """Remove the pages that were not read for longest, if the folder has no room for `size` bytes more.

        Return their number. One process at a time does it; the others do not wait. Raises OSError.
        """
        with coalesced(self.folder / "room-lock", 0.0) as role:
            if role == Coalescing.TIMED_OUT:
                return 0
            try:
                names = self._least_used(size)  # without the lock, because it may take a second
            except sqlite3.DatabaseError:
                return 0  # the next page that is stored finds the damage
            removed = self._remove(lambda: names) if names else 0
            self._empty_trash()
            return removed

    def has_free_share(self) -> bool:
        """Return whether the share that `make_room` frees is free."""
        try:
            return self.index.total() < self.max_bytes - self.max_bytes // FREED_SHARE
        except (sqlite3.DatabaseError, OSError):
            return True

    def purge(self, keys: Iterable[str]) -> int:
        """Remove every page and stale copy that has any of these keys, and return the number of pages.

        Where the index cannot tell which they are, all pages go. Raises OSError where that could not be done either.
        """
        return self._remove(lambda: self.index.names_with_keys(keys))

    def soft_purge(self, keys: Iterable[str]) -> int:
        """Make every page that has any of these keys a stale copy, and return the number of pages. Raises OSError.

        Stale copies may be sent while a new page is rendered, until a purge removes them. Of very many pages some are
        removed instead.
        """
        with self._locked():
            try:
                names = self.files.existing(self.index.names_with_keys(keys))
                if self._are_majority(names) and self.files.make_all_stale():
                    return len(names)
            except sqlite3.DatabaseError:
                return self._start_afresh()
        trash = self._trash_for(names)
        for batch in _batches(names):
            with self._locked():
                for name in batch:
                    if not self.files.move_to_trash(name, trash):
                        self.files.make_stale(name)
        return len(names)

    def remove_expired(self, now: float) -> int:
        """Remove the pages that have expired by `now`, return their number, and empty the trash."""
        removed = self._remove(lambda: self.index.expired(now))
        self._empty_trash()
        return removed

    def clear(self) -> None:
        """Remove all pages."""
        with self._locked():
            self._clear()

    # Purges that were applied.

    def applied_snapshot(self) -> Snapshot | None:
        """Return the last snapshot whose purges have all been applied here; None where that is not known.

        It is not known after the machine was started again, because the index is not synchronised with the disk, and a
        power cut may leave a page without its entry. Nor is it after so long that the purge log may have been pruned.
        """
        try:
            state = self.index.state()
        except sqlite3.DatabaseError:
            return None
        if state.get("boot") != boot_id():
            return None
        age = time.time() - float(state["at"])
        return Snapshot.parse(state["snapshot"]) if 0 <= age + CLOCK_SKEW < MAX_SNAPSHOT_AGE else None

    def save_applied_snapshot(self, snapshot: Snapshot) -> None:
        """Save that every purge in this snapshot has been applied here; raise OSError."""
        state = {"snapshot": str(snapshot), "boot": boot_id(), "at": str(time.time())}
        try:
            with self._locked():
                self.index.save_state(state)
        except sqlite3.DatabaseError as error:
            raise OSError(f"the index of baked pages cannot be written ({error})") from error

    def applied_purges(self, purges: Iterable[int]) -> set[int]:
        """Return those of these ids of purges that are known to be applied here."""
        try:
            return self.index.applied_purges(purges)
        except sqlite3.DatabaseError:
            return set()

    def mark_applied(self, purges: Iterable[int]) -> None:
        """Mark the purges with these ids as applied here; where that fails, they are applied once more."""
        try:
            self.index.mark_applied(purges)
        except (sqlite3.DatabaseError, OSError) as error:
            logger.warning("The index of baked pages cannot be written (%s).", error)

    def node_name(self) -> str:
        """Return this machine's name among the nodes of the paper, made on first use; raise OSError.

        A folder that was copied from another machine does not bring that machine's name along.
        """
        file, host = self.folder / "node", socket.gethostname()[:40]
        with self._locked():
            if not (file.exists() and file.read_text().startswith(f"{host}-")):
                write_atomically(file, f"{host}-{secrets.token_hex(3)}".encode())
            return file.read_text()

    # Inner steps.

    def _locked(self) -> AbstractContextManager[Callable[[], bool]]:
        return exclusive_lock(self.folder / "lock")

    def _put_if_fresh(
        self, name: str, page: Page, bodies: dict[str, bytes], is_stale: Callable[[], bool]
    ) -> Path | None:
        with self._locked() as is_held:
            if is_stale():
                return None
            self._put(name, page, bodies)
            if not is_held():  # the folder was deleted meanwhile, so that a purge does not wait for this lock
                self.files.delete([name])
                return None
        return self.files.pages / name

    def _put(self, name: str, page: Page, bodies: dict[str, bytes]) -> None:
        """Write the entry before the file, so that no file is ever there which no key leads to."""
        digests = {encoding: digest_of(body) for encoding, body in bodies.items()}
        try:
            if not self.index.put(name, page, digests, size=disk_size(bodies), max_bytes=self.max_bytes):
                raise _FolderFull
        except sqlite3.DatabaseError as error:
            if not is_unavailable(error):
                self._clear()
            raise OSError(f"the index of baked pages cannot be written ({error})") from error
        try:
            self.files.write(name, bodies)
        except OSError:
            self.files.delete([name])  # the file that was there before had other keys
            raise
        self.files.delete_stale([name])

    def _remove(self, find: Callable[[], list[str]]) -> int:
        """Remove pages in batches; a page stored between two of them is fresh, and at worst rendered once more."""
        with self._locked():
            try:
                names = find()
                if self._are_majority(names) and self.files.move_all_to_trash():
                    self._update_index(self.index.remove_all)
                    return len(names)
            except sqlite3.DatabaseError:
                return self._start_afresh()
        trash = self._trash_for(names)
        for batch in _batches(names):
            with self._locked():
                try:
                    self.files.delete([name for name in batch if not self.files.move_to_trash(name, trash)])
                    self.files.delete_stale(batch)
                    self.files.delete_empty_folders(batch)
                    self._update_index(partial(self.index.remove, batch))
                except sqlite3.DatabaseError:
                    return self._start_afresh()
        return len(names)

    def _least_used(self, size: int) -> list[str]:
        """Return the pages to remove so that a tenth of the folder is free; none if `size` bytes fit as it is."""
        excess = self.index.total() + size - self.max_bytes
        if excess <= 0:
            return []
        sizes, names = self.index.sizes(), []
        excess += self.max_bytes // FREED_SHARE
        for name in sorted(sizes, key=self.files.last_used):
            if excess <= 0:
                break
            excess -= sizes[name]
            names.append(name)
        return names

    def _empty_trash(self) -> None:
        with self._locked():
            trash = self.files.trash()  # folders that are filled from now on are left for the next time
        self.files.empty_trash(trash)

    def _are_majority(self, names: Sequence[str]) -> bool:
        return len(names) > BULK and 2 * len(names) > self.index.count()

    def _trash_for(self, names: Sequence[str]) -> Path | None:
        return self.files.new_trash() if len(names) > BULK else None

    def _update_index(self, remove: Callable[[], None]) -> None:
        """Remove entries; those that a full disk leaves in the index name pages that are gone, which does no harm."""
        try:
            remove()
        except sqlite3.DatabaseError as error:
            if not is_unavailable(error):
                raise
            logger.warning("The index of baked pages cannot be written (%s).", error)

    def _start_afresh(self) -> int:
        logger.exception("The index of baked pages is damaged: all pages are removed, and baked anew.")
        self._clear()
        return 0

    def _clear(self) -> None:
        self.files.delete_all()
        for file in self.folder.glob("index-*"):
            file.unlink(missing_ok=True)


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + BATCH] for start in range(0, len(names), BATCH))


def boot_id() -> str:
    """Return the id of this boot of the machine; empty where the system has none."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""
