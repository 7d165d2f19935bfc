"""The index of baked pages: which page has which keys, and what has been carried out here. One file of SQLite's.

Every method is one transaction and raises sqlite3.DatabaseError where the file is damaged; the store begins anew then.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from broadsheet.pagecache.pages import Page

LAYOUT = "3"  # changes when older folders can no longer be read
PATIENCE = 10.0  # seconds to wait for another process at the index
REMEMBERED = 86_400.0  # seconds
# The lowest byte of SQLite's codes says what kind of thing went wrong.
OUT_OF_REACH = frozenset({
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL),
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
})  # fmt: skip
SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    name TEXT PRIMARY KEY, path TEXT NOT NULL, headers TEXT NOT NULL, digests TEXT NOT NULL,
    made REAL NOT NULL, until REAL);
CREATE INDEX IF NOT EXISTS passing ON page (until) WHERE until IS NOT NULL;
CREATE TABLE IF NOT EXISTS key (
    key TEXT NOT NULL, name TEXT NOT NULL REFERENCES page ON DELETE CASCADE, PRIMARY KEY (key, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS key_of_page ON key (name);
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS done (purge INTEGER PRIMARY KEY, at REAL NOT NULL);
"""


@dataclass(frozen=True)
class Noted:
    """What the index knows of a page; `digests` by encoding, times in seconds since the epoch."""

    headers: tuple[tuple[str, str], ...]
    digests: dict[str, str]
    made: float
    until: float | None


class Index:
    """The index in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / f"index-{LAYOUT}.sqlite3"

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.file, timeout=PATIENCE)) as index:
            index.execute("PRAGMA synchronous = OFF")  # after a power cut the folder is begun anew
            index.execute("PRAGMA journal_mode = PERSIST")  # to remove it each time is no safer, and takes longer
            index.execute("PRAGMA foreign_keys = ON")
            self._begin(index)
            with index:
                yield index

    def _begin(self, index: sqlite3.Connection) -> None:
        """Makes the tables of a new index; where pages lie about, an older one was lost that led to them."""
        if index.execute("PRAGMA user_version").fetchone() == (int(LAYOUT),):
            return
        if any((self.folder / pages).exists() for pages in ("pages", "previous")):
            raise sqlite3.DatabaseError("the index was lost")
        index.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {LAYOUT}; COMMIT")

    def find(self, name: str) -> Noted | None:
        """What was noted of a page last."""
        with self._opened() as index:
            row = index.execute("SELECT headers, digests, made, until FROM page WHERE name = ?", [name]).fetchone()
        if row is None:
            return None
        headers, digests, made, until = row
        return Noted(tuple((name, value) for name, value in json.loads(headers)), json.loads(digests), made, until)

    def note(self, name: str, page: Page, digests: Mapping[str, str]) -> None:
        """Notes a page, in place of what was noted under its name."""
        row = (name, page.path, json.dumps(page.headers), json.dumps(digests), page.made, page.until)
        with self._opened() as index:
            index.execute("DELETE FROM page WHERE name = ?", [name])
            index.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?)", row)
            index.executemany("INSERT INTO key VALUES (?, ?)", [(key, name) for key in page.keys])

    def having(self, keys: Iterable[str]) -> list[str]:
        """The names of the pages that have one of these keys."""
        asked = "SELECT DISTINCT name FROM key WHERE key IN (SELECT value FROM json_each(?))"
        return self._names(asked, json.dumps(sorted(keys)))

    def expired(self, now: float) -> list[str]:
        """The names of the pages that time alone has made wrong, or a clock that was ahead when they were made."""
        return self._names("SELECT name FROM page WHERE until IS NOT NULL AND (until <= ? OR made > ?)", now, now)

    def _names(self, asked: str, *given: object) -> list[str]:
        with self._opened() as index:
            return [name for (name,) in index.execute(asked, given)]

    def forget(self, names: Iterable[str]) -> None:
        """Takes pages out of the index."""
        with self._opened() as index:
            gone = "DELETE FROM page WHERE name IN (SELECT value FROM json_each(?))"
            index.execute(gone, [json.dumps(list(names))])

    def size(self) -> int:
        """How many pages are noted."""
        with self._opened() as index:
            (count,) = index.execute("SELECT count(*) FROM page").fetchone()
        return int(count)

    def forget_all(self) -> None:
        """Takes all pages out of the index, and leaves what else is known of the folder."""
        with self._opened() as index:
            index.execute("PRAGMA foreign_keys = OFF")  # else each page is asked for its keys
            index.execute("DELETE FROM key")
            index.execute("DELETE FROM page")

    def facts(self) -> dict[str, str]:
        """What is known of the folder as a whole."""
        with self._opened() as index:
            return dict(index.execute("SELECT name, value FROM fact"))

    def note_facts(self, facts: Mapping[str, str]) -> None:
        """Notes what is known of the folder as a whole."""
        with self._opened() as index:
            index.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?)", facts.items())

    def done(self, purges: Iterable[int]) -> set[int]:
        """Those of these purges that were carried out here within the last day."""
        asked = "SELECT purge FROM done WHERE purge IN (SELECT value FROM json_each(?))"
        with self._opened() as index:
            return {number for (number,) in index.execute(asked, [json.dumps(list(purges))])}

    def note_done(self, purges: Iterable[int]) -> None:
        """Notes that these purges have been carried out here."""
        now = time.time()
        with self._opened() as index:
            index.execute("DELETE FROM done WHERE at < ?", [now - REMEMBERED])
            index.executemany("INSERT OR REPLACE INTO done VALUES (?, ?)", [(purge, now) for purge in purges])


def is_out_of_reach(error: sqlite3.DatabaseError) -> bool:
    """Whether the index only cannot be used at the moment, e.g. on a full disk; what is in it is right all the same."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in OUT_OF_REACH
