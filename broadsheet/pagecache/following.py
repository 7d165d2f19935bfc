"""Carries out on this machine what was purged elsewhere, or by a process that was killed before it could."""

import logging
import threading
import time
from typing import Any

from django.db import Error, connection

from broadsheet.pagecache.actions import catch_up, confirm, store
from broadsheet.pagecache.edge import edge
from broadsheet.pagecache.models import CHANNEL, is_shared
from broadsheet.pagecache.telling import tell

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds, where nobody tells
CONFIRM_EVERY = 5.0  # seconds


class Bell:
    """Rings as soon as something is purged anywhere, where the database tells; and every half second all the same."""

    def __init__(self) -> None:
        self.listening: Any = None

    def wait(self, stop: threading.Event) -> None:
        """Returns when it rings, and when it begins to listen: something may have come before."""
        if not is_shared():
            stop.wait(LOOK_EVERY)
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


def follow(stop: threading.Event) -> None:
    """Carries out what comes until `stop`; what goes wrong is told once and tried again.

    After a cut the first thing that is done is to catch up with what was missed.
    """
    well, due, bell = True, 0.0, Bell()
    while not stop.is_set():
        try:
            catch_up()
            if time.monotonic() > due:
                confirm()
                due = time.monotonic() + CONFIRM_EVERY
            bell.wait(stop)
            well = True
        except (Error, OSError) as error:
            if well:
                logger.warning("The purge log could not be followed (%s); it is tried again.", error)
            well = False
            connection.close()
            stop.wait(LOOK_EVERY)
    connection.close()


def tell_in_front(stop: threading.Event) -> None:
    """Tells the caches in front what has been carried out here, until `stop`.

    Beside `follow`, and not in it: a cache that does not answer keeps no page on this machine's disk.
    """
    well = True
    if not edge().keeps:
        stop.wait()
    while not stop.wait(LOOK_EVERY):
        try:
            seen = store().seen()
            if seen and tell(seen):
                confirm()
            well = True
        except (Error, OSError) as error:
            if well:
                logger.warning("The caches in front could not be told what is stale (%s); it is tried again.", error)
            well = False
            connection.close()
    connection.close()
