"""The worker process: tasks, the schedule, the emails and the purges, each in a thread of its own."""

import logging
import os
import signal
import socket
import threading
from functools import partial

from broadsheet.command.task_loop import PART as TASKS
from broadsheet.command.task_loop import run_tasks, worker_id_of
from broadsheet.core import pulses
from broadsheet.core.schedule import PART as SCHEDULE
from broadsheet.core.schedule import run_schedule
from broadsheet.mail.delivery import PART as EMAILS
from broadsheet.mail.delivery import deliver
from broadsheet.pagecache.consumer import CDN_PURGES, PURGES, consume_purges, send_cdn_purges

logger = logging.getLogger(__name__)

POLL_INTERVAL = 0.5  # seconds
SOCKET_TIMEOUT = 10.0  # seconds; Wagtail calls the caches in front without a timeout


def run() -> int:
    """Work until SIGTERM, then finish the items in progress.

    Returns 0 after SIGTERM or SIGINT, and 1 where a part has died, so that the supervisor restarts the process.
    """
    worker_id, stop = worker_id_of(os.getpid()), threading.Event()
    parts = {
        TASKS: partial(run_tasks, stop, worker_id=worker_id),
        SCHEDULE: partial(run_schedule, stop, holder=worker_id),
        EMAILS: partial(deliver, stop),
        PURGES: partial(consume_purges, stop),
        CDN_PURGES: partial(send_cdn_purges, stop),
    }
    socket.setdefaulttimeout(SOCKET_TIMEOUT)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    pulses.start(parts)
    threads = [threading.Thread(target=part, name=name) for name, part in parts.items()]
    for thread in threads:
        thread.start()
    dead = watch(threads, stop)
    stop.set()
    for thread in threads:
        thread.join()
    if dead:
        return 1
    pulses.stop()
    return 0


def watch(threads: list[threading.Thread], stop: threading.Event) -> list[str]:
    """Wait until `stop` is set or a thread has died, and return the names of the dead."""
    while not stop.wait(POLL_INTERVAL):
        if dead := [thread.name for thread in threads if not thread.is_alive()]:
            logger.error("The worker’s part “%s” has died; the worker starts again.", ", ".join(dead))
            return dead
    return []
