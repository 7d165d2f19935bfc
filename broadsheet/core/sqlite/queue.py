"""Lets one after the other write: SQLite itself lets those who wait sleep, up to a tenth of a second, and ask again."""

import fcntl
import os
import threading
import time
from functools import cache
from pathlib import Path

ASK_EVERY = 0.001  # seconds; at most one thread of each process asks


class Queue:
    """A place at the head of a file's writers, among the threads of this process and then among processes.

    A courtesy and no lock: whoever has waited for too long, or cannot open the file, goes on to SQLite's own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._head = threading.Lock()

    def enter(self, *, patience: float) -> int | None:
        """Waits for the place, so many seconds at most. What is returned is given back by `leave`."""
        until = time.monotonic() + patience
        if not self._head.acquire(timeout=patience):
            return None
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            self._head.release()
            return None
        while not _taken(file) and time.monotonic() < until:
            time.sleep(ASK_EVERY)
        return file

    def leave(self, file: int) -> None:
        """Lets the next one in."""
        os.close(file)
        self._head.release()


@cache
def queue_of(database: str) -> Queue:
    """The queue before one database file."""
    return Queue(Path(f"{database}-queue"))


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # this disk has no locks: nobody can be told to wait
    return True
