"""What can be told of this machine's baked pages. Nothing is changed there, and nothing made, by looking."""

import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.store import Store

QUICKLY = "SELECT 'ok' FROM (SELECT count(*) FROM fact)"
THOROUGHLY = "PRAGMA quick_check(1)"  # reads all of it
TOO_LATE = timedelta(minutes=1)  # for a purge; the worker carries each out within a second


def fault_of_folder(folder: Path) -> str:
    """Why nothing can be written in a folder, in the system's words; nothing where it can, or is not made yet."""
    if not folder.exists():
        return ""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"written")
    except OSError as error:
        return error.strerror or str(error)
    return ""


def fault_of_index(store: Store, looking: str = QUICKLY) -> str:
    """Why the index cannot be trusted, in SQLite's words; nothing where it can, or is not made yet."""
    if not store.index.file.exists():
        return ""
    try:
        said = str(_asked(store, looking))
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if said == "ok" else said


def pages(store: Store) -> int:
    """How many pages are baked, as the index has it. Raises sqlite3.DatabaseError where it is damaged."""
    return int(str(_asked(store, "SELECT count(*) FROM page"))) if store.index.file.exists() else 0


def size(folder: Path) -> int:
    """How many bytes all files in a folder have; those that go meanwhile do not count."""
    return sum(_bytes_of(Path(above, name)) for above, _, names in os.walk(folder) for name in names)


def late(store: Store) -> tuple[int, timedelta]:
    """How many purges are still to be carried out here, and how old the oldest is. Raises DatabaseError."""
    seen = store.seen() if store.index.file.exists() else None
    if seen is None:
        return 0, timedelta()
    missed = Purge.objects.between(seen, Purge.objects.position())
    done = store.done(one.pk for one in missed)
    left = [one for one in missed if one.pk not in done]
    oldest = min((one.made_at for one in left), default=timezone.now())
    return len(left), max(timezone.now() - oldest, timedelta())


def _asked(store: Store, question: str) -> object:
    with closing(sqlite3.connect(f"{store.index.file.absolute().as_uri()}?mode=ro", uri=True)) as index:
        return index.execute(question).fetchone()[0]


def _bytes_of(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0
