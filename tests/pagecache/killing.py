"""Kills an actor at each line of a purge, one after the other: the next actor finds no lock in the database."""

import tempfile
from pathlib import Path

from django.db import connection, transaction

from broadsheet.pagecache import actions as pagecache
from tests.pagecache.sample_app import execute, make_stories
from tests.pagecache.scheduler import LINE, Actor, Locks, Machine, Scheduler


def run() -> str:
    """Returns the number of lines at which an actor was killed; raises OperationalError for an open transaction."""
    make_stories()
    if connection.vendor == "postgresql":
        execute("SET lock_timeout = '2s'")
    lines = 0
    with tempfile.TemporaryDirectory(prefix="broadsheet-killing-") as folder:
        scheduler, machine = Scheduler(Locks()), Machine(Path(folder, "one"))
        while True:
            actor = Actor(machine, _purge)
            scheduler.add(actor)
            actor.run_to(LINE, lines + 1)
            if actor.is_done:
                return f"killed at {lines} lines"
            lines += 1
            scheduler.clear()
            execute("UPDATE baked_story SET serial = 0 WHERE story = 0")


def _purge() -> None:
    with transaction.atomic():
        execute("UPDATE baked_story SET serial = 1 WHERE story = 0")
        pagecache.purge("story:0")
