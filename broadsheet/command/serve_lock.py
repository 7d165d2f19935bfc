"""The lock of the data folder: one `serve` at a time. The system releases it when the process dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broadsheet.core.errors import Refusal

LOCK_FILE = "serve.lock"
TIMEOUT = 5.0  # seconds, in which a server that is stopping releases the lock
POLL_INTERVAL = 0.1  # seconds


class AlreadyServed(Refusal):
    """The paper is being served by another process."""

    code = "already-served"


@contextmanager
def served_once(folder: Path, timeout: float = TIMEOUT) -> Iterator[None]:
    """Hold the lock of a data folder during the block; raise AlreadyServed if another process has it."""
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + timeout
        while not _try_lock(descriptor):
            if time.monotonic() > deadline:
                raise AlreadyServed(
                    f"Another `broadsheet serve` is serving the paper in {folder}. Stop it first, or serve a copy of "
                    "the folder."
                )
            time.sleep(POLL_INTERVAL)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # this file system has no locks
    return True
