"""A connection that lasts over several requests must not hold a lock between them, or show an earlier state.

Runs inside a paper's own process (`paper.shell`): a test's own transaction would hold both.
"""

import sqlite3
from contextlib import closing

from django.db import connection

from broadsheet.command import collect_static
from broadsheet.newsroom.models import Paper
from broadsheet.pagecache.surrogates import collected
from tests.pagecache.readers import Reader
from tests.pagecache.test_staleness import World


def run() -> str:
    """Reads every page over one connection, changes it from another process, and returns the pages that stay old."""
    collect_static.collect_if_changed()
    world, reader = World(), Reader(host="127.0.0.1")
    name = Paper.load().name
    paths = [path for path in world.paths.values() if name in _rendered(reader, path)]
    first = connection.connection
    old = [path for number, path in enumerate(paths) if not _shows_change(reader, path, f"Renamed {number}")]
    return f"{'one' if connection.connection is first and first else 'many'}, of {len(paths)} old: {' '.join(old)}"


def _shows_change(reader: Reader, path: str, name: str) -> bool:
    """Whether a page shows the name that another process gives the paper; raises OperationalError for a lock."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0)) as other, other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE newsroom_paper SET name = ?", [name])
        other.execute("INSERT INTO pagecache_purge (keys, effect, made_at) VALUES ('paper', 'hard', '2026-11-23')")
    return name in _rendered(reader, path)


def _rendered(reader: Reader, path: str) -> str:
    """Renders a page as the page server has it rendered."""
    with collected():
        return reader.uncached(path).text
