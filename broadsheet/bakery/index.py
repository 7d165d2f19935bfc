"""The index of baked pages in one SQLite file: their surrogate keys, and the purges applied on this machine.

Every method is one transaction and raises sqlite3.DatabaseError where the file is damaged; the store is then emptied.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from broadsheet.bakery.files import PAGE_FOLDERS
from broadsheet.bakery.pages import Page

LAYOUT = "5"  # of the whole folder; changes when older folders can no longer be read, and they are emptied
BUSY_TIMEOUT = 10.0  # seconds to wait for another process at the index
APPLIED_RETENTION = 86_400.0  # seconds
# The lowest byte of SQLite's extended codes is the primary result code.
UNAVAILABLE = frozenset({
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL),
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
})  # fmt: skip
SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    name TEXT PRIMARY KEY, path TEXT NOT NULL, headers TEXT NOT NULL, digests TEXT NOT NULL,
    rendered_at REAL NOT NULL, expires_at REAL, bytes INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS expiring ON page (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS key (
    key TEXT NOT NULL, name TEXT NOT NULL REFERENCES page ON DELETE CASCADE, PRIMARY KEY (key, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS key_of_page ON key (name);
CREATE TABLE IF NOT EXISTS total (bytes INTEGER NOT NULL);
INSERT INTO total SELECT 0 WHERE NOT EXISTS (SELECT * FROM total);
CREATE TRIGGER IF NOT EXISTS page_added AFTER INSERT ON page BEGIN UPDATE total SET bytes = bytes + NEW.bytes; END;
CREATE TRIGGER IF NOT EXISTS page_removed AFTER DELETE ON page BEGIN UPDATE total SET bytes = bytes - OLD.bytes; END;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS applied (purge INTEGER PRIMARY KEY, at REAL NOT NULL);
"""


@dataclass(frozen=True)
class IndexEntry:
    """The row of a page: headers, digests by content coding, times in seconds since the epoch."""

    headers: tuple[tuple[str, str], ...]
    digests: dict[str, str]
    rendered_at: float
    expires_at: float | None


class Index:
    """The index in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / f"index-{LAYOUT}.sqlite3"

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.file, timeout=BUSY_TIMEOUT)) as index:
            index.execute("PRAGMA synchronous = OFF")  # after a power cut the folder is emptied anyway: see Store
            index.execute("PRAGMA journal_mode = TRUNCATE")  # so that no address of a deleted page stays in it (ADR 6)
            index.execute("PRAGMA secure_delete = ON")
            index.execute("PRAGMA foreign_keys = ON")
            self._create(index)
            with index:
                yield index

    def _create(self, index: sqlite3.Connection) -> None:
        """Create the tables of a new index; raise DatabaseError where pages lie about whose own index was lost."""
        if index.execute("PRAGMA user_version").fetchone() == (int(LAYOUT),):
            return
        if any((self.folder / pages).exists() for pages in PAGE_FOLDERS):
            raise sqlite3.DatabaseError("the index was lost")
        index.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {LAYOUT}; COMMIT")

    def get(self, name: str) -> IndexEntry | None:
        """Return the entry of a page by the name of its file; None if there is no entry."""
        query = "SELECT headers, digests, rendered_at, expires_at FROM page WHERE name = ?"
        with self._opened() as index:
            row = index.execute(query, [name]).fetchone()
        if row is None:
            return None
        headers, digests, rendered_at, expires_at = row
        pairs = tuple((name, value) for name, value in json.loads(headers))
        return IndexEntry(pairs, json.loads(digests), rendered_at, expires_at)

    def put(self, name: str, page: Page, digests: Mapping[str, str], *, size: int, max_bytes: int) -> bool:
        """Replace the entry of a page and its keys; return False if all pages would then take more than `max_bytes`."""
        row = (name, page.path, json.dumps(page.headers), json.dumps(digests), page.rendered_at, page.expires_at, size)
        with self._opened() as index:
            index.execute("DELETE FROM page WHERE name = ?", [name])
            index.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            if _total(index) > max_bytes:
                index.rollback()
                return False
            index.executemany("INSERT INTO key VALUES (?, ?)", [(key, name) for key in page.keys])
        return True

    def names_with_keys(self, keys: Iterable[str]) -> list[str]:
        """Return the names of the pages that have any of these keys."""
        query = "SELECT DISTINCT name FROM key WHERE key IN (SELECT value FROM json_each(?))"
        return self._names(query, json.dumps(sorted(keys)))

    def expired(self, now: float) -> list[str]:
        """Return the names of the pages that have expired, or that a clock which was ahead has dated in the future."""
        query = "SELECT name FROM page WHERE expires_at IS NOT NULL AND (expires_at <= ? OR rendered_at > ?)"
        return self._names(query, now, now)

    def _names(self, query: str, *parameters: object) -> list[str]:
        with self._opened() as index:
            return [name for (name,) in index.execute(query, parameters)]

    def remove(self, names: Iterable[str]) -> None:
        """Remove the entries of these pages."""
        query = "DELETE FROM page WHERE name IN (SELECT value FROM json_each(?))"
        with self._opened() as index:
            index.execute(query, [json.dumps(list(names))])

    def count(self) -> int:
        """Return the number of pages."""
        with self._opened() as index:
            (count,) = index.execute("SELECT count(*) FROM page").fetchone()
        return int(count)

    def total(self) -> int:
        """Return the bytes that all pages take on the disk at most."""
        with self._opened() as index:
            return _total(index)

    def sizes(self) -> dict[str, int]:
        """Return the bytes that each page takes on the disk, by its name."""
        with self._opened() as index:
            return dict(index.execute("SELECT name, bytes FROM page"))

    def remove_all(self) -> None:
        """Remove the entries of all pages, and leave the state of the folder as it is."""
        with self._opened() as index:
            index.execute("PRAGMA foreign_keys = OFF")  # else SQLite looks for the keys of each page
            index.execute("DELETE FROM key")
            index.execute("DELETE FROM page")

    def state(self) -> dict[str, str]:
        """Return the state of the folder as a whole, as `save_state` has saved it."""
        with self._opened() as index:
            return dict(index.execute("SELECT name, value FROM state"))

    def save_state(self, state: Mapping[str, str]) -> None:
        """Save the state of the folder as a whole."""
        with self._opened() as index:
            index.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", state.items())

    def applied_purges(self, purges: Iterable[int]) -> set[int]:
        """Return those of these ids of purges that were applied here within the last day."""
        query = "SELECT purge FROM applied WHERE purge IN (SELECT value FROM json_each(?))"
        with self._opened() as index:
            return {purge for (purge,) in index.execute(query, [json.dumps(list(purges))])}

    def mark_applied(self, purges: Iterable[int]) -> None:
        """Mark the purges with these ids as applied here."""
        now = time.time()
        with self._opened() as index:
            index.execute("DELETE FROM applied WHERE at < ?", [now - APPLIED_RETENTION])
            index.executemany("INSERT OR REPLACE INTO applied VALUES (?, ?)", [(purge, now) for purge in purges])


def _total(index: sqlite3.Connection) -> int:
    (total,) = index.execute("SELECT bytes FROM total").fetchone()
    return int(total)


def is_unavailable(error: sqlite3.DatabaseError) -> bool:
    """Return whether the index cannot be used at the moment, as on a full disk, though its rows are right."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in UNAVAILABLE
