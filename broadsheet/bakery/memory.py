"""Baked pages in the memory of one process, each valid only while its file lies on the disk unchanged."""

import os
import time
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from broadsheet.bakery.responses import CachedResponse

MAX_BYTES = 16 * 1024 * 1024  # of bodies, in one process
FileVersion = tuple[int, int, int]  # inode, time of the last change in nanoseconds, size in bytes


def file_version(file: Path | str) -> FileVersion | None:
    """Return the version of a file, which no other file in its place has before or after; None without a file."""
    try:
        stat = os.stat(file)
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


class MemoryCache:
    """The responses that were stored last, up to a number of bytes."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._responses: OrderedDict[str, tuple[FileVersion, CachedResponse]] = OrderedDict()
        self._lock = Lock()

    def get(self, file: str, version: FileVersion) -> CachedResponse | None:
        """Return the response that was read from this version of the file; None on a miss."""
        entry = self._responses.get(file)
        return entry[1] if entry and entry[0] == version else None

    def put(self, file: str, version: FileVersion, response: CachedResponse) -> None:
        """Store a response, and evict the oldest ones until there is room."""
        with self._lock:
            self._evict(file)
            self._responses[file] = version, response
            self.bytes += response.size
            while self.bytes > self.max_bytes:
                self._evict(next(iter(self._responses)))

    def _evict(self, file: str) -> None:
        if entry := self._responses.pop(file, None):
            self.bytes -= entry[1].size


class UncacheablePaths:
    """Paths whose last response could not be stored: requests for them are not coalesced for a while."""

    def __init__(self, ttl: float = 10.0, max_paths: int = 1000) -> None:
        self.ttl = ttl
        self.max_paths = max_paths
        self._expiry: dict[str, float] = {}

    def __contains__(self, path: str) -> bool:
        return self._expiry.get(path, 0) > time.monotonic()

    def add(self, path: str) -> None:
        """Add a path for `ttl` seconds; a full set is cleared first, which costs a wait and no more."""
        if len(self._expiry) >= self.max_paths:
            self._expiry.clear()
        self._expiry[path] = time.monotonic() + self.ttl
