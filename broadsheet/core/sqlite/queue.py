"""Lets one after the other write: SQLite itself lets those who wait sleep, up to a tenth of a second, and ask again."""

import fcntl
import logging
import os
import threading
import time
from pathlib import Path

logger = logging.getLogger(__name__)

ASK_EVERY = 0.001  # seconds; at most one thread of each process asks


class Place:
    """The place at the head of a queue: one open file, and the lock of the threads of this process.

    It is given up after the commit, when nothing may fail any more: whatever was raised here, the author of a comment
    that is stored would be told that it is not.
    """

    def __init__(self, file: int, head: threading.Lock) -> None:
        self._file: int | None = file
        self._head = head

    def leave(self) -> None:
        """Let the next writer in; raise nothing, and do nothing the second time."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            os.close(file)
        except OSError as error:
            logger.warning("The file of the queue of writers could not be closed (%s).", error)
        self._head.release()


class Queue:
    """A place at the head of a file's writers, among the threads of this process and then among processes.

    A courtesy and no lock: whoever has waited for too long, or cannot open the file, goes on to SQLite's own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._head = threading.Lock()

    def enter(self, *, patience: float) -> Place | None:
        """Wait for the place, so many seconds at most; return None where it cannot be had."""
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
        return Place(file, self._head)


_queues: dict[str, Queue] = {}
_making = threading.Lock()


def queue_of(database: str) -> Queue:
    """Return the queue before one database file: the same one to every thread, also when two ask first at once.

    `functools.cache` promises less: it lets both make a queue, and returns to each its own.
    """
    with _making:
        if database not in _queues:
            _queues[database] = Queue(Path(f"{database}-queue"))
        return _queues[database]


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # this disk has no locks: nobody can be told to wait
    return True
