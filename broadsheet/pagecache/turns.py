"""Who may go on: locks on files, which the system gives back when a process dies. They hold on one machine."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from pathlib import Path
from typing import IO

from broadsheet.pagecache.pages import digest_of

LOOK_EVERY = 0.005  # seconds


class Turn(Enum):
    """How somebody came to do what others want to do too."""

    FIRST = "first"  # nobody else was at it
    AFTER_ANOTHER = "after another"  # who has done it meanwhile, most likely
    IN_VAIN = "in vain"  # another is still at it


@contextmanager
def alone(file: Path) -> Iterator[Callable[[], bool]]:
    """Lets one after the other into the block, however long it takes. Raises OSError.

    What it gives to the block tells whether that is still so: the folder may be thrown away with the lock in it, and
    then the next who comes makes another.
    """
    while True:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            is_still = partial(_is_at, file, opened)
            if is_still():
                yield is_still
                return


def _is_at(place: Path, opened: IO[str]) -> bool:
    try:
        return os.path.samestat(os.stat(place), os.fstat(opened.fileno()))
    except OSError:
        return False


@contextmanager
def turn_at(file: Path, longest: float) -> Iterator[Turn]:
    """The same, but nobody waits longer than so many seconds; where the disk takes no lock, everybody is the first."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        opened = file.open("a")
    except OSError:
        yield Turn.FIRST
        return
    with opened:
        yield _waited_for(opened, longest)


def place_of(folder: Path, thing: str) -> Path:
    """Where those meet who want the same; so few places that now and then somebody waits for nothing."""
    return folder / digest_of(thing.encode())[:2]


def _waited_for(file: IO[str], longest: float) -> Turn:
    """Takes the lock on a file, if it can be had in time."""
    until, turn = time.monotonic() + longest, Turn.FIRST
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            turn = Turn.AFTER_ANOTHER
            if time.monotonic() > until:
                return Turn.IN_VAIN
            time.sleep(LOOK_EVERY)
        else:
            return turn
