"""A queue of the writers of one SQLite file, among the threads of a process and among processes (ADR 6).

Without it, SQLite makes waiting writers sleep for up to a tenth of a second before they try again.
"""

import fcntl
import logging
import os
import threading
import time
from pathlib import Path

logger = logging.getLogger(__name__)

POLL_INTERVAL = 0.001  # seconds; only the first thread of each process polls


class Place:
    """The place at the head of a queue: an open, locked file, and the lock of the threads of this process."""

    def __init__(self, file: int, head: threading.Lock) -> None:
        self._file: int | None = file
        self._head = head
        self._process = os.getpid()

    def leave(self) -> None:
        """Let the next writer in. Calling it again has no effect, and it never raises."""
        file, self._file = self._file, None
        if file is None:
            return
        is_ours = self._process == os.getpid()  # a forked child has a copy, which is not the child's to give up
        try:
            if is_ours:
                fcntl.flock(file, fcntl.LOCK_UN)  # closing would not do where a child still has the file open
            os.close(file)
        except OSError as error:
            # Not raised: the transaction is committed, and a commenter would be told that it had failed.
            logger.warning("The lock file of the write queue could not be closed (%s).", error)
        if is_ours:
            self._head.release()


class Queue:
    """The queue before one file.

    It is an optimisation, not a lock: a writer that has waited too long, or cannot open the lock file, goes ahead and
    leaves it to SQLite's own lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._head = threading.Lock()

    def enter(self, *, timeout: float) -> Place | None:
        """Wait up to `timeout` seconds for the place at the head, and return it, or None where it cannot be had."""
        deadline = time.monotonic() + timeout
        if not self._head.acquire(timeout=timeout):
            return None
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            self._head.release()
            return None
        place = Place(file, self._head)
        try:
            while not _try_lock(file) and time.monotonic() < deadline:
                time.sleep(POLL_INTERVAL)
        except BaseException:  # Ctrl-C, for example
            place.leave()
            raise
        return place


class _Queues:
    """The queues of a process, one for each database file."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all queues. A forked child does: threads that it does not have may hold its copies of the locks."""
        self._lock = threading.Lock()
        self._queues: dict[str, Queue] = {}

    def queue_of(self, database: str) -> Queue:
        # Not functools.cache: two threads that call it first at the same moment would each get a queue of their own.
        with self._lock:
            if database not in self._queues:
                self._queues[database] = Queue(Path(f"{database}-queue"))
            return self._queues[database]


_queues = _Queues()
os.register_at_fork(after_in_child=_queues.begin_anew)


def queue_of(database: str) -> Queue:
    """Return the queue of a database file, which is the same object for all threads."""
    return _queues.queue_of(database)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # this file system has no locks, so there is no queue to wait in
    return True
