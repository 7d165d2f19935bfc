"""The logs of the servers that tests start; the report of a test that fails shows them.

Two hooks of pytest, which `tests/conftest.py` imports, and the file to which a server writes. A file and not a pipe:
a pipe that nobody reads holds 64 kB, and then keeps the server waiting.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

import pytest

LONGEST = 20_000  # characters of one log in a report: its end


@dataclass
class Log:
    """What one process, and all beneath it, write to standard error."""

    title: str
    file: IO[bytes] = field(default_factory=TemporaryFile)
    _ended: str | None = None

    def text(self) -> str:
        """Return all that has been written by now, without moving the place at which the process writes."""
        if self._ended is not None:
            return self._ended
        number = self.file.fileno()
        return os.pread(number, os.fstat(number).st_size, 0).decode(errors="replace")

    def end(self) -> None:
        """Close the file; the text is kept for the report."""
        if self._ended is None:
            self._ended = self.text()
            self.file.close()

    @property
    def is_over(self) -> bool:
        """Whether nobody writes to it any more."""
        return self._ended is not None


_logs: list[Log] = []


def begun(title: str) -> Log:
    """Return a new log, which is shown until it has ended and the test in which it ended is over."""
    log = Log(title)
    _logs.append(log)
    return log


@contextmanager
def written(title: str) -> Iterator[Log]:
    """Yield a new log, which ends with the block."""
    log = begun(title)
    try:
        yield log
    finally:
        log.end()


def sections() -> list[tuple[str, str]]:
    """Return the title and the end of each log in which something stands, as pytest wants them."""
    told = [(log.title, log.text()) for log in _logs]
    return [(f"Log of {title}", text[-LONGEST:]) for title, text in told if text]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what ended in earlier tests."""
    _logs[:] = [log for log in _logs if not log.is_over]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the logs to the report of what failed, before the servers of its fixtures have ended too."""
    report = yield
    if report.failed:
        report.sections.extend(sections())
    return report
