"""Attempts at the items of a loop, one at a time: an item that fails or hangs neither ends nor delays the others.

Each loop of the worker works through its items this way (ADR 35).
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from queue import SimpleQueue
from types import TracebackType

from django.db import close_old_connections, connections

from broadsheet.core.failures import outcome_of

logger = logging.getLogger(__name__)

MAX_HANGING = 20  # threads; with more of them only a new process helps, and the supervisor starts it
FAREWELL = 20.0  # seconds that a stopping worker waits for what is still in progress; the supervisor waits for 30


class Hanging(Exception):
    """An attempt has taken longer than its loop waits for one; it continues in a thread of its own."""


class TooManyHanging(Exception):
    """So many attempts hang that the loop ends, and with it the worker's process."""


class _Attempt:
    """The work for one item, and its result."""

    def __init__(self, item: Hashable, work: Callable[[], object]) -> None:
        self.item, self.work = item, work
        self.error: BaseException | None = None
        self.done = threading.Event()

    def make(self) -> None:
        """Do the work, in the lane's thread."""
        self.error = outcome_of(self.work)
        outcome_of(close_old_connections)
        self.done.set()


class _Lane(threading.Thread):
    """A thread that makes attempts until it is given None."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name=f"{threading.current_thread().name}, items")
        self.attempts: SimpleQueue[_Attempt | None] = SimpleQueue()
        self.start()

    def run(self) -> None:
        """Make the attempts, and close the thread's database connections at the end."""
        while (attempt := self.attempts.get()) is not None:
            attempt.make()
        outcome_of(connections.close_all)


class Attempts:
    """The attempts of one loop. An item whose attempt still hangs is not attempted again meanwhile."""

    def __init__(self, patience: float) -> None:
        """Wait `patience` seconds for each attempt."""
        self.patience = patience
        self._lane: _Lane | None = None
        self._hanging: list[_Attempt] = []

    def __enter__(self) -> "Attempts":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is in progress, but not for ever: the threads end with their process."""
        if self._lane:
            self._lane.attempts.put(None)
        deadline = time.monotonic() + FAREWELL
        for attempt in self.hanging():
            attempt.done.wait(max(deadline - time.monotonic(), 0))

    def run(self, item: Hashable, work: Callable[[], object]) -> BaseException | None:
        """Do the work for an item; return the exception with which it failed, Hanging if it is not over yet, or None.

        Raises TooManyHanging.
        """
        hanging = self.hanging()
        if any(attempt.item == item for attempt in hanging):
            return Hanging()
        if len(hanging) >= MAX_HANGING:
            raise TooManyHanging
        self._lane = self._lane or _Lane()
        attempt = _Attempt(item, work)
        self._lane.attempts.put(attempt)
        if attempt.done.wait(self.patience):
            return attempt.error
        self._leave_behind(attempt)
        return Hanging()

    def hanging(self) -> list[_Attempt]:
        """Return the attempts that were left behind and are not over."""
        self._hanging = [attempt for attempt in self._hanging if not attempt.done.is_set()]
        return self._hanging

    def items(self) -> set[Hashable]:
        """Return the items whose attempts hang."""
        return {attempt.item for attempt in self.hanging()}

    def _leave_behind(self, attempt: _Attempt) -> None:
        logger.warning("An item has taken %.0f seconds in %s; the others go on.", self.patience, self._name())
        self._hanging.append(attempt)
        if self._lane:
            self._lane.attempts.put(None)  # the lane ends as soon as the attempt does
        self._lane = None

    @staticmethod
    def _name() -> str:
        return threading.current_thread().name
