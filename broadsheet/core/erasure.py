"""Erasure: what is deleted from the database leaves the disk too, as far as the database can be told so (ADR 6).

With `secure_delete`, SQLite overwrites rows and free pages. What it leaves are the pages of the last transactions in
the journal, words in the full-text index, and rarely a copy in the gap that moving rows leave in a page.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from django.db import connection, transaction

from broadsheet.core.sqlite.base import QUEUE_TIMEOUT
from broadsheet.core.sqlite.queue import queue_of

CHUNK = 65_536  # bytes
FULL_TEXT_TABLES = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'"


def erase_journal() -> None:
    """Overwrite what SQLite's journal still has of committed transactions. PostgreSQL is left alone."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
        return
    if _pragma("journal_mode") == "wal":
        _pragma("wal_checkpoint(TRUNCATE)")  # where a reader is in the way, the next run does it
        return
    # Whoever has the write lock may touch the journal: no other connection has a transaction in it, and this one writes
    # nothing, so that SQLite does not open it. Its header was cleared by the last commit.
    with transaction.atomic(durable=True):
        _overwrite(Path(f"{connection.settings_dict['NAME']}-journal"))


def rewrite_database() -> None:
    """Write the database without the gaps and index entries that still have deleted words; others wait meanwhile.

    PostgreSQL marks the room of deleted rows as free, which later rows overwrite.
    """
    with ExitStack() as stack, connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            place = queue_of(str(connection.settings_dict["NAME"])).enter(timeout=QUEUE_TIMEOUT)
            if place is not None:
                stack.callback(place.leave)
            cursor.execute(FULL_TEXT_TABLES)
            for (table,) in cursor.fetchall():
                name = connection.ops.quote_name(table)
                cursor.execute(f"INSERT INTO {name}({name}) VALUES ('optimize')")  # noqa: S608 - a quoted name
        cursor.execute("VACUUM")
    erase_journal()


def _pragma(pragma: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        return cursor.fetchone()[0]


def _overwrite(file: Path) -> None:
    """Overwrite a file with zeros where it has others, without changing its size."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        position, is_changed = 0, False
        while chunk := os.pread(descriptor, CHUNK, position):
            if any(chunk):
                os.pwrite(descriptor, bytes(len(chunk)), position)
                is_changed = True
            position += len(chunk)
        if is_changed:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
