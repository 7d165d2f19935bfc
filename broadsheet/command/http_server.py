"""The HTTP server: granian with its worker processes, none of which outlives it."""

import logging
import os
import signal
from functools import partial
from typing import Any

from django.conf import settings
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from broadsheet.command.orphan_guard import exit_with_parent
from broadsheet.config.wsgi import application

THREADS = 16  # per worker: the concurrency limit lets four of them into Django and leaves the others to baked pages
# granian's lines propagate to the root logger, which the paper's settings configure.
LOGGING: dict[str, Any] = {
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


def serve(host: str, port: int, workers: int) -> int:
    """Serve requests until SIGTERM, then finish those in progress. A worker process that dies is replaced."""
    reset_sigterm_in_children()
    logging.getLogger("_granian").addFilter(is_relevant)
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
    server.serve(target_loader=partial(load_application, os.getpid()), wrap_loader=False)
    return 0


def is_relevant(record: logging.LogRecord) -> bool:
    """Filter out granian's warning about the number of threads, which is intended (see THREADS)."""
    return "Python threads" not in record.getMessage()


def load_application(parent: int) -> Any:
    """Return the application, which was loaded before the fork. Each worker calls this first of all."""
    exit_with_parent(parent)
    return application


def reset_sigterm_in_children() -> None:
    """Make a SIGTERM that reaches a child process right after the fork end it.

    A new process inherits granian's handler, which only sets a flag that the child never reads, until granian installs
    the child's own handler. SIGTERM is therefore blocked across the fork, and its default action restored in the child.
    """
    sigterm = {signal.SIGTERM}
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, sigterm),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, sigterm),
        after_in_child=_reset_sigterm,
    )


def _reset_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
