"""Carries out on this machine what was purged elsewhere, or by a process that was killed before it could."""

import threading
import time
from typing import Any

from django.db import connection

from broadsheet.core.polling import poll_forever
from broadsheet.pagecache.actions import catch_up, heartbeat, store
from broadsheet.pagecache.edge import edge
from broadsheet.pagecache.models import CHANNEL, is_shared
from broadsheet.pagecache.telling import tell

LOOK_EVERY = 0.5  # seconds, where nobody tells
CONFIRM_EVERY = 5.0  # seconds


class Bell:
    """Rings as soon as something is purged anywhere, where the database tells; and every half second all the same."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.listening: Any = None

    def wait(self) -> None:
        """Returns when it rings, and when it begins to listen: something may have come before."""
        if not is_shared():
            self.stop.wait(LOOK_EVERY)
            return
        connection.ensure_connection()
        server: Any = connection.connection  # psycopg's own
        with connection.wrap_database_errors:
            if server is not self.listening:
                server.execute(f"LISTEN {CHANNEL}")
                self.listening = server
                return
            for _ in server.notifies(timeout=LOOK_EVERY, stop_after=1):
                pass


class Follower:
    """Carries out what comes, and confirms now and then that this machine is there."""

    def __init__(self, stop: threading.Event) -> None:
        self.bell = Bell(stop)
        self.due = 0.0

    def look(self) -> None:
        """Catches up first thing, also after a cut; then waits for the bell."""
        catch_up()
        if time.monotonic() > self.due:
            heartbeat()
            self.due = time.monotonic() + CONFIRM_EVERY
        self.bell.wait()


def follow(stop: threading.Event) -> None:
    """Carries out what is purged anywhere until `stop`."""
    complaint = "The purge log could not be followed (%s); it is tried again."
    poll_forever(stop, Follower(stop).look, message=complaint, interval=0)


def tell_in_front(stop: threading.Event) -> None:
    """Tells the caches in front what has been carried out here, until `stop`.

    Beside `follow`, and not in it: a cache that does not answer keeps no page on this machine's disk.
    """
    if not edge().keeps:
        stop.wait()
    complaint = "The caches in front could not be told what is stale (%s); it is tried again."
    poll_forever(stop, _tell_what_is_done_here, message=complaint, interval=LOOK_EVERY)


def _tell_what_is_done_here() -> None:
    seen = store().seen()
    if seen and tell(seen):
        heartbeat()
