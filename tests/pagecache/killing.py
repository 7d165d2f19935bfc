"""Kills an actor at each line of a purge, one after the other: whoever comes next finds no lock in the database."""

import tempfile
from pathlib import Path

from django.db import connection, transaction

from broadsheet.pagecache import actions as pagecache
from tests.pagecache.sample_app import make_stories, tell
from tests.pagecache.scheduler import LINE, Actor, Locks, Machine, Stage


def run() -> str:
    """Returns at how many lines an actor was killed; raises OperationalError where one has left a transaction open."""
    make_stories()
    if connection.vendor == "postgresql":
        tell("SET lock_timeout = '2s'")
    lines = 0
    with tempfile.TemporaryDirectory(prefix="broadsheet-killing-") as folder:
        stage, machine = Stage(Locks()), Machine(Path(folder, "one"))
        while True:
            actor = Actor(machine, _purge)
            stage.enter(actor)
            actor.go(LINE, lines + 1)
            if actor.is_done:
                return f"killed at {lines} lines"
            lines += 1
            stage.clear()
            tell("UPDATE baked_story SET serial = 0 WHERE story = 0")


def _purge() -> None:
    with transaction.atomic():
        tell("UPDATE baked_story SET serial = 1 WHERE story = 0")
        pagecache.purge("story:0")
