"""Answers readers: granian with its worker processes, none of which outlives it."""

import logging
import os
import signal
from functools import partial
from typing import Any

from django.conf import settings
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from broadsheet.command.parent import end_with
from broadsheet.config.wsgi import application

THREADS = 16  # of each worker: the gate lets a few of them into Django, and the others are left to baked pages
# Its lines go where the paper's go.
LOGGING: dict[str, Any] = {
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


def answer(host: str, port: int, workers: int) -> int:
    """Answers until SIGTERM, and then finishes the requests under way. A worker that dies is replaced."""
    lose_no_end()
    logging.getLogger("_granian").addFilter(is_news)
    server = Server(
        "broadsheet.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        log_level=LogLevels.debug if settings.OPTIONS.log_level == "debug" else LogLevels.warning,
        log_dictconfig=LOGGING,
    )
    server.serve(target_loader=partial(load, os.getpid()), wrap_loader=False)
    return 0


def is_news(record: logging.LogRecord) -> bool:
    """Leaves out what granian says of so many threads: that they are meant so concerns no operator."""
    return "Python threads" not in record.getMessage()


def load(parent: int) -> Any:
    """Called in each worker as its first act: the application is loaded already, and its end is tied to ours."""
    end_with(parent)
    return application


def lose_no_end() -> None:
    """Lets a worker that is told to end in the first moment of its life do so.

    A new process has its parent's handler, which would note the end in a place where nobody looks, until granian sets
    its own. So none of them is told anything while it is made, and the first that it hears ends it.
    """
    end = {signal.SIGTERM}
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, end),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, end),
        after_in_child=end_at_once_when_told,
    )


def end_at_once_when_told() -> None:
    """Ends this process by SIGTERM, until it has something to finish and says so by a handler of its own."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
