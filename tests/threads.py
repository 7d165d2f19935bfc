"""Threads of tests: they start together, interrupt one another as often as they can, and leave no connection open."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

Result = TypeVar("Result")

PATIENCE = 20.0  # seconds until the last thread has started
SWITCH = 1e-6  # seconds after which a thread makes room for another; usually 5,000 times as many


def at_once(call: Callable[[], Result], *, threads: int = 8) -> list[Result]:
    """Return the results of a call that is made in so many threads at the same moment; raise the first error."""
    usual = sys.getswitchinterval()
    # Only once all have started: where coverage is measured, each installs its trace function then.
    barrier = Barrier(threads, action=lambda: sys.setswitchinterval(SWITCH))

    def start(_: int) -> Result:
        barrier.wait(PATIENCE)
        return call()

    try:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(start, range(threads)))
    finally:
        sys.setswitchinterval(usual)


def connected(work: Callable[[], object]) -> None:
    """Do in a thread what asks the database, and close the thread's connections.

    Django leaves one to SQLite in memory open; from Python 3.13 on its end is a ResourceWarning in some other test.
    """
    try:
        work()
    finally:
        for connection in connections.all(initialized_only=True):
            BaseDatabaseWrapper.close(connection)
