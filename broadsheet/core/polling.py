"""Polling in a background thread, which continues after errors of the database or the network."""

import logging
import threading
from collections.abc import Callable

from django.db import Error, connection

logger = logging.getLogger(__name__)

RETRY_INTERVAL = 0.5  # seconds


def poll_forever(stop: threading.Event, poll: Callable[[], None], *, message: str, interval: float) -> None:
    """Call `poll` every `interval` seconds until `stop` is set, then close the thread's database connection.

    A failure is logged once, as `message` with the error in place of its %s, and `poll` is called again. An interval of
    0 is for a `poll` that waits by itself.
    """
    failing = False
    while not stop.is_set():
        try:
            poll()
            failing = False
        except (Error, OSError) as error:
            if not failing:
                logger.warning(message, error)
            failing = True
            connection.close()
        stop.wait(RETRY_INTERVAL if failing else interval)
    connection.close()
