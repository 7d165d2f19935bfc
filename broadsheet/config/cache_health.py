"""The state of the page cache on this machine. These functions only read it."""

import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from django.db.models import Min
from django.utils import timezone

from broadsheet.bakery.store import Store
from broadsheet.pagecache.models import Purge

QUICK_CHECK = "SELECT 'ok' FROM (SELECT count(*) FROM state)"
FULL_CHECK = "PRAGMA quick_check(1)"  # reads the whole file, unlike QUICK_CHECK, which /readyz runs at each request
PURGE_OVERDUE_AFTER = timedelta(minutes=1)  # the worker carries out a purge within a second


def write_error(folder: Path) -> str:
    """Return the system's message if a file cannot be created in the folder; empty if it can, or there is no folder."""
    if not folder.exists():
        return ""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"written")
    except OSError as error:
        return error.strerror or str(error)
    return ""


def index_error(store: Store, check: str = QUICK_CHECK) -> str:
    """Return SQLite's message if the index is damaged; empty if it is intact, or there is no index yet."""
    if not store.index.file.exists():
        return ""
    try:
        result = str(_query(store, check))
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if result == "ok" else result


def page_count(store: Store) -> int:
    """Return the number of baked pages in the index. Raises sqlite3.DatabaseError where it is damaged."""
    return int(str(_query(store, "SELECT count(*) FROM page"))) if store.index.file.exists() else 0


def folder_size(folder: Path) -> int:
    """Return the total size of the files in a folder, in bytes. Files that are deleted meanwhile do not count."""
    return sum(_file_size(Path(parent, name)) for parent, _, names in os.walk(folder) for name in names)


def pending_purges(store: Store) -> tuple[int, timedelta]:
    """Return how many purges this machine has not yet carried out, and the age of the oldest.

    Raises DatabaseError.
    """
    applied = store.applied_snapshot() if store.index.file.exists() else None
    if applied is None:
        return 0, timedelta()
    purges = Purge.objects.between(applied, Purge.objects.snapshot())
    done = store.applied_purges(purge.pk for purge in purges)
    pending = [purge for purge in purges if purge.pk not in done]
    oldest = Purge.objects.filter(pk__in=[purge.pk for purge in pending]).aggregate(at=Min("made_at"))["at"]
    return len(pending), max(timezone.now() - (oldest or timezone.now()), timedelta())


def _query(store: Store, sql: str) -> object:
    with closing(sqlite3.connect(f"{store.index.file.absolute().as_uri()}?mode=ro", uri=True)) as index:
        return index.execute(sql).fetchone()[0]


def _file_size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0
