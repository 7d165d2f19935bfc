"""The consumer of the purge log: applies on this machine the purges of others, and of processes that were killed."""

import threading
import time
from typing import Any

from django.db import connection

from broadsheet.core.polling import poll_forever
from broadsheet.pagecache.actions import catch_up, heartbeat, store
from broadsheet.pagecache.cdn import send_purges
from broadsheet.pagecache.edge import edge
from broadsheet.pagecache.models import CHANNEL, is_shared

PURGES, CDN_PURGES = "purges", "caches in front"  # these parts of the worker
POLL_INTERVAL = 0.5  # seconds, where the database does not notify
HEARTBEAT_INTERVAL = 5.0  # seconds


class PurgeListener:
    """Waits for purges: for PostgreSQL's notification, and on SQLite half a second."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.listening: Any = None

    def wait(self) -> None:
        """Return at the next purge, after half a second, or on a new connection, which may have missed a purge."""
        if not is_shared():
            self.stop.wait(POLL_INTERVAL)
            return
        connection.ensure_connection()
        server: Any = connection.connection  # psycopg's own
        with connection.wrap_database_errors:
            if server is not self.listening:
                server.execute(f"LISTEN {CHANNEL}")
                self.listening = server
                return
            for _ in server.notifies(timeout=POLL_INTERVAL, stop_after=1):
                pass


class PurgeConsumer:
    """Applies purges as they come, and records a heartbeat every few seconds."""

    def __init__(self, stop: threading.Event) -> None:
        self.listener = PurgeListener(stop)
        self.due = 0.0

    def consume(self) -> None:
        """Catch up first, as is needed after a lost connection too; then wait for the next purge."""
        catch_up()
        if time.monotonic() > self.due:
            heartbeat()
            self.due = time.monotonic() + HEARTBEAT_INTERVAL
        self.listener.wait()


def consume_purges(stop: threading.Event) -> None:
    """Apply purges on this machine until `stop`."""
    poll_forever(stop, PurgeConsumer(stop).consume, part=PURGES, interval=0)


def send_cdn_purges(stop: threading.Event) -> None:
    """Send to the caches in front the purges that were applied here, until `stop`.

    Runs beside `consume_purges`, not in it: a cache that does not respond must not delay the purges of this machine.
    """
    poll_forever(stop, _send_applied_purges, part=CDN_PURGES, interval=POLL_INTERVAL)


def _send_applied_purges() -> None:
    applied = store().applied_snapshot() if edge().stores_pages else None
    if applied and send_purges(applied):
        heartbeat()
