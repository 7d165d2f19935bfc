"""Baked pages that one process has in memory, each believed only while its file lies on the disk unchanged."""

import os
import time
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from broadsheet.pagecache.answers import Answer

LIMIT = 16 * 1024 * 1024  # bytes of bodies in one process
Identity = tuple[int, int, int]


def identity_of(file: Path | str) -> Identity | None:
    """What tells a file from every other that lay in its place, or will; None where there is none."""
    try:
        facts = os.stat(file)
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


class Memory:
    """The pages that were asked for last, up to a number of bytes."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.bytes = 0
        self._pages: OrderedDict[str, tuple[Identity, Answer]] = OrderedDict()
        self._lock = Lock()

    def get(self, file: str, identity: Identity) -> Answer | None:
        """The page that was read from this very file."""
        kept = self._pages.get(file)
        return kept[1] if kept and kept[0] == identity else None

    def put(self, file: str, identity: Identity, answer: Answer) -> None:
        """Keeps a page, and lets go of those that came first where there is no room."""
        with self._lock:
            self._drop(file)
            self._pages[file] = identity, answer
            self.bytes += answer.size
            while self.bytes > self.limit:
                self._drop(next(iter(self._pages)))

    def _drop(self, file: str) -> None:
        if kept := self._pages.pop(file, None):
            self.bytes -= kept[1].size


class Passing:
    """Paths whose answer could not be baked a moment ago, so that nobody waits for another who asks for the same."""

    def __init__(self, lasting: float = 10.0, most: int = 1000) -> None:
        self.lasting = lasting
        self.most = most
        self._until: dict[str, float] = {}

    def has(self, path: str) -> bool:
        """Whether this is one."""
        return self._until.get(path, 0) > time.monotonic()

    def note(self, path: str) -> None:
        """Notes one for some seconds; so many that they do not matter are forgotten."""
        if len(self._until) >= self.most:
            self._until.clear()
        self._until[path] = time.monotonic() + self.lasting
