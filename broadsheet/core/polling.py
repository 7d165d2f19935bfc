"""Polling in a background thread, which continues after any failure."""

import logging
import threading
from collections.abc import Callable

from django.db import connection

from broadsheet.core import pulses
from broadsheet.core.attempts import TooManyHanging
from broadsheet.core.failures import describe, outcome_of

logger = logging.getLogger(__name__)

RETRY_INTERVAL = 0.5  # seconds


def poll_forever(stop: threading.Event, poll: Callable[[], object], *, part: str, interval: float) -> None:
    """Call `poll` every `interval` seconds until `stop` is set, then close the thread's database connection.

    A failure of any kind is logged once with its type, and `poll` is called again. Rounds that succeed are the pulse of
    this part of the worker. An interval of 0 is for a `poll` that waits by itself. Only TooManyHanging ends it.
    """
    logged = ""
    while not stop.is_set():
        error = outcome_of(poll)
        failure = describe(error) if error else ""
        if error is None:
            pulses.beat(part)
        elif failure != logged:
            logger.warning("The worker’s part “%s” failed; it will try again.", part, exc_info=error)
        logged = failure
        if error:
            outcome_of(connection.close)
        if isinstance(error, TooManyHanging):
            break
        stop.wait(RETRY_INTERVAL if error else interval)
    outcome_of(connection.close)
