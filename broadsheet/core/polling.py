"""What goes on beside everything else: the same look, again and again, whatever befalls the database meanwhile."""

import logging
import threading
from collections.abc import Callable

from django.db import Error, connection

logger = logging.getLogger(__name__)

RECOVERY = 0.5  # seconds, after something went wrong


def poll_forever(stop: threading.Event, look: Callable[[], None], *, complaint: str, rest: float) -> None:
    """Looks until `stop`, resting so many seconds in between; what goes wrong is told once and tried again.

    A look that waits by itself needs no rest. `complaint` has one %s, for the error. The thread's connection to the
    database is closed at the end.
    """
    well = True
    while not stop.is_set():
        try:
            look()
            well = True
        except (Error, OSError) as error:
            if well:
                logger.warning(complaint, error)
            well = False
            connection.close()
        stop.wait(rest if well else RECOVERY)
    connection.close()
