"""Baked pages in the memory of one process, each valid only while its file lies on the disk unchanged."""

import os
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from broadsheet.bakery.responses import CachedResponse

MAX_BYTES = 16 * 1024 * 1024  # of bodies, in one process
USE_INTERVAL = 3600.0  # seconds between two notes that a page is read
FileVersion = tuple[int, int, int]  # inode, time of the last change in nanoseconds, size in bytes


def file_version(file: Path | str) -> FileVersion | None:
    """Return the version of a file, which no other file in its place has before or after; None without a file."""
    try:
        stat = os.stat(file)
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def note_use(file: Path | str, version: FileVersion) -> None:
    """Set the access time of a file to now, from which the store knows the pages that are read least.

    Many file systems are mounted so that reading does not set it, and a page in memory is not read again.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        stat = os.fstat(descriptor)
        # By the open file and not by its name: another file in its place must keep a version of its own.
        if (stat.st_ino, stat.st_mtime_ns, stat.st_size) == version:
            os.utime(descriptor, ns=(time.time_ns(), stat.st_mtime_ns))
    except OSError:
        pass  # the file system is read-only, or the file is another user's
    finally:
        os.close(descriptor)


@dataclass(slots=True)
class _Entry:
    version: FileVersion
    response: CachedResponse
    noted_at: float  # of the clock of `time.monotonic`


class MemoryCache:
    """The responses that were stored last, up to a number of bytes."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = Lock()

    def get(self, file: str, version: FileVersion) -> CachedResponse | None:
        """Return the response that was read from this version of the file; None on a miss."""
        entry = self._entries.get(file)
        if entry is None or entry.version != version:
            return None
        now = time.monotonic()
        if now - entry.noted_at > USE_INTERVAL:
            entry.noted_at = now
            note_use(file, version)
        return entry.response

    def put(self, file: str, version: FileVersion, response: CachedResponse) -> None:
        """Store a response, and evict the oldest ones until there is room."""
        note_use(file, version)
        with self._lock:
            self._evict(file)
            self._entries[file] = _Entry(version, response, time.monotonic())
            self.bytes += response.size
            while self.bytes > self.max_bytes:
                self._evict(next(iter(self._entries)))

    def _evict(self, file: str) -> None:
        if entry := self._entries.pop(file, None):
            self.bytes -= entry.response.size


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
