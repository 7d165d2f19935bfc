"""File locks for exclusive sections and for request coalescing.

They hold among all threads and processes of one machine, and the system releases them when a process dies.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from pathlib import Path
from typing import IO

from broadsheet.bakery.pages import digest_of

POLL_INTERVAL = 0.005  # seconds


class Coalescing(Enum):
    """The part of a request among the requests that want the same thing done at the same time."""

    LEADER = "leader"  # it came first, and does the work
    FOLLOWER = "follower"  # it waited for a leader, who has done the work by now, most likely
    TIMED_OUT = "timed out"  # a leader is still at work


@contextmanager
def exclusive_lock(file: Path) -> Iterator[Callable[[], bool]]:
    """Hold the lock of a file during the block, however long the wait. Raises OSError.

    Yield a function that returns whether the lock still excludes others: the folder may be deleted with the lock's file
    in it, and the next process then makes and locks a new file.
    """
    while True:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            is_held = partial(_is_at, file, opened)
            if is_held():
                yield is_held
                return


def _is_at(path: Path, opened: IO[str]) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(opened.fileno()))
    except OSError:
        return False


@contextmanager
def coalesced(file: Path, timeout: float) -> Iterator[Coalescing]:
    """Hold the lock of a file during the block, if it can be had within `timeout` seconds, and yield the role.

    Where the file cannot be opened, as on a full disk, every request is a leader.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        opened = file.open("a")
    except OSError:
        yield Coalescing.LEADER
        return
    with opened:
        yield _acquire(opened, timeout)


def lock_file(folder: Path, key: str) -> Path:
    """Return the lock's file for a key; there are 256 of them, so now and then two keys share one."""
    return folder / digest_of(key.encode())[:2]


def _acquire(file: IO[str], timeout: float) -> Coalescing:
    deadline, role = time.monotonic() + timeout, Coalescing.LEADER
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            role = Coalescing.FOLLOWER
            if time.monotonic() >= deadline:
                return Coalescing.TIMED_OUT
            time.sleep(POLL_INTERVAL)
        else:
            return role
