"""The database settings: SQLite, opened in a way that is safe (ADR 6), or PostgreSQL from its URL."""

import sqlite3
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url

from broadsheet.config.options import BadOptions

# Before this version, two connections of which one writes while the other checkpoints can corrupt a database in WAL
# mode (ADR 6).
SAFE_WAL_VERSION = (3, 51, 3)
LOCK_TIMEOUT = 10  # seconds that SQLite waits for the file's lock, after up to as many in our own queue (both ADR 6)
JOURNAL_SIZE_LIMIT = 4 * 1024 * 1024  # bytes that the journal keeps after a large transaction
SQLITE_CONN_MAX_AGE = 60  # seconds; opening the file and reading its schema costs more than rendering a page
# libpq's names. Without them a server that neither answers nor refuses would block a thread for TCP's two hours.
POSTGRES_OPTIONS = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """Return the journal mode that is safe with this SQLite: WAL from SAFE_WAL_VERSION on, PERSIST before."""
    # PERSIST is a rollback journal whose file is kept. DELETE would be no safer, and doubles the time of a commit.
    return "WAL" if version >= SAFE_WAL_VERSION else "PERSIST"


def sqlite_pragmas(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """Return the pragmas of each connection: the journal mode, commits that survive a power cut, and no mmap.

    Deleted rows are overwritten, which only some systems' SQLite does by itself (ADR 6).
    """
    mode = journal_mode(version)
    return (
        f"PRAGMA journal_mode={mode}; PRAGMA journal_size_limit={JOURNAL_SIZE_LIMIT}; PRAGMA synchronous=FULL; "
        "PRAGMA mmap_size=0; PRAGMA secure_delete=ON;"
    )


def sqlite(path: Path) -> dict[str, Any]:
    """Return the settings for a SQLite file, on which writers queue instead of failing."""
    # IMMEDIATE takes the write lock at the start: two transactions that upgraded a read lock would deadlock.
    options = {"transaction_mode": "IMMEDIATE", "timeout": LOCK_TIMEOUT, "init_command": sqlite_pragmas()}
    return {
        "ENGINE": "broadsheet.core.sqlite",
        "NAME": str(path),
        "OPTIONS": options,
        "CONN_MAX_AGE": SQLITE_CONN_MAX_AGE,
    }


def database(url: str, folder: Path) -> dict[str, Any]:
    """Return Django's settings for BROADSHEET_DATABASE_URL; for an empty URL, SQLite in the data folder.

    Raises BadOptions.
    """
    if not url:
        return sqlite(folder / "paper.sqlite3")
    if not url.startswith(("postgresql://", "postgres://")):
        raise BadOptions(
            ["BROADSHEET_DATABASE_URL must begin with postgresql://, or be empty for SQLite in the data folder."]
        )
    if find_spec("psycopg") is None:
        raise BadOptions(
            [
                "PostgreSQL needs the package psycopg, which is not installed. In a checkout: "
                "pip install --require-hashes -r requirements.lock"
            ]
        )
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except ValueError as error:
        raise BadOptions(
            [f"BROADSHEET_DATABASE_URL is not a valid URL ({error}). Use postgresql://user:password@host/name."]
        ) from error
    return {**config, "OPTIONS": {**POSTGRES_OPTIONS, **config.get("OPTIONS", {})}}
