"""The pulses of the worker's parts: the time of each part's last successful round, as the time of a file.

Files and not rows: the database may be what keeps a part from working. A full disk does not change the time of a file.
"""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from django.conf import settings

SILENT_AFTER = 60.0  # seconds; each part makes a round every few seconds


def start(parts: Iterable[str]) -> None:
    """Make the files of these parts, in place of those of earlier workers."""
    stop()
    with suppress(OSError):
        _folder().mkdir(mode=0o700, exist_ok=True)
        for part in parts:
            (_folder() / part).touch(mode=0o600)
            beat(part)


def beat(part: str) -> None:
    """Record that a part has just done its work; nothing happens outside a worker."""
    now = time.time()  # of the clock that their age is measured by
    with suppress(OSError):
        os.utime(_folder() / part, (now, now))


def stop() -> None:
    """Remove the files: a worker that was stopped is not missed part by part."""
    with suppress(OSError):
        for file in _files():
            file.unlink(missing_ok=True)


def silent_parts() -> dict[str, float]:
    """Return the parts that have not done their work for a minute, with the seconds since they did."""
    ages = {file.name: _age(file) for file in _files()}
    return {part: age for part, age in sorted(ages.items()) if age > SILENT_AFTER}


def _files() -> list[Path]:
    try:
        return list(_folder().iterdir())
    except OSError:
        return []


def _age(file: Path) -> float:
    try:
        return time.time() - file.stat().st_mtime
    except OSError:
        return 0.0


def _folder() -> Path:
    return Path(settings.DATA) / "worker"
