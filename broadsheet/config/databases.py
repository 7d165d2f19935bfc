"""How the paper's database is opened: SQLite safely, or PostgreSQL by its address."""

import sqlite3
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url

from broadsheet.config.options import BadOptions

# Before 3.51.3 two connections, one writing while the other checkpoints, can corrupt a database in WAL mode.
FIRST_SOUND_WAL = (3, 51, 3)
WAIT = 10  # seconds at the file itself, after as many at most in the queue before it
LARGEST_JOURNAL = 4 * 1024 * 1024  # bytes that stay beside the database after a large transaction
LASTS = 60  # seconds for which a thread keeps its connection: to open a file and read its tables costs more than a page
# A server that neither answers nor refuses is given up after seconds, not after the hours of TCP; libpq's own words.
PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """WAL where this SQLite does it soundly, below the rollback journal, whose file is kept and only its head cleared.

    To remove it at each commit is no safer, and takes twice as long.
    """
    return "WAL" if version >= FIRST_SOUND_WAL else "PERSIST"


def sqlite_pragmas(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """What every connection says first: the journal, a commit that survives a power cut, and no mmap."""
    mode = journal_mode(version)
    return (
        f"PRAGMA journal_mode={mode}; PRAGMA journal_size_limit={LARGEST_JOURNAL}; PRAGMA synchronous=FULL; "
        "PRAGMA mmap_size=0;"
    )


def sqlite(path: Path) -> dict[str, Any]:
    """The embedded default: writers queue instead of failing, and never deadlock on an upgrade of a lock."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": WAIT, "init_command": sqlite_pragmas()}
    return {"ENGINE": "broadsheet.core.sqlite", "NAME": str(path), "OPTIONS": options, "CONN_MAX_AGE": LASTS}


def database(url: str, folder: Path) -> dict[str, Any]:
    """Turns BROADSHEET_DATABASE_URL into Django's settings; raises BadOptions for what is neither kind."""
    if not url:
        return sqlite(folder / "paper.sqlite3")
    if not url.startswith(("postgresql://", "postgres://")):
        raise BadOptions(
            ["BROADSHEET_DATABASE_URL must begin with postgresql://, or be empty for SQLite in the data folder."]
        )
    if find_spec("psycopg") is None:
        raise BadOptions(
            ["PostgreSQL needs the package psycopg, which is not installed: pip install 'broadsheet[postgres]'."]
        )
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except ValueError as error:
        raise BadOptions(
            [f"BROADSHEET_DATABASE_URL is no address ({error}). Write postgresql://user:password@host/name."]
        ) from error
    return {**found, "OPTIONS": {**PATIENCE, **found.get("OPTIONS", {})}}
