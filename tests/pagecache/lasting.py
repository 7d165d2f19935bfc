"""What a connection that lasts over requests must not do: hold a lock between them, or show what was before.

Runs inside a paper's own process (`paper.shell`): a test's own transaction would hold both.
"""

import sqlite3
from contextlib import closing

from django.db import connection

from broadsheet.command import collect_static
from broadsheet.newsroom.models import Paper
from broadsheet.pagecache.surrogates import collected
from tests.pagecache.readers import Reader
from tests.pagecache.test_what_goes_stale import World


def run() -> str:
    """Reads every page over one connection, each then followed by a change of somebody else; what was seen of it."""
    collect_static.collect_if_changed()
    world, reader = World(), Reader(host="127.0.0.1")
    name = Paper.load().name
    paths = [path for path in world.paths.values() if name in _rendered(reader, path)]
    first = connection.connection
    old = [path for number, path in enumerate(paths) if not _seen(reader, path, f"Renamed {number}")]
    return f"{'one' if connection.connection is first and first else 'many'}, of {len(paths)} old: {' '.join(old)}"


def _seen(reader: Reader, path: str, name: str) -> bool:
    """Whether a name that another process gives the paper stands on a page; raises OperationalError if it cannot."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0)) as other, other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE newsroom_paper SET name = ?", [name])
        other.execute("INSERT INTO pagecache_purge (keys, effect, made_at) VALUES ('paper', 'removed', '2026-11-23')")
    return name in _rendered(reader, path)


def _rendered(reader: Reader, path: str) -> str:
    """As for a page that is to be baked."""
    with collected():
        return reader.uncached(path).text
