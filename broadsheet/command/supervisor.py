"""Keeps a few child processes running: begins them again when they die, and ends them cleanly when it is asked to end.

It has one thread and sleeps until a signal comes, so that forking is safe at any time and costs no second start-up.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from broadsheet.command.parent import end_with

logger = logging.getLogger(__name__)

ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
AWAITED = ENDING | {signal.SIGCHLD, signal.SIGALRM}
GRACE = 30.0  # seconds that children have to finish what is under way
QUICK, CALM = 0.05, 1.0  # seconds between looks, until the children are there and afterwards
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a dead child is begun again
WELL_AFTER = 60.0  # seconds of life after which earlier deaths are forgiven


@dataclass
class Child:
    """One process to keep: what it does, and how it has fared."""

    name: str
    work: Callable[[], int]
    pid: int = 0
    began: float = 0.0
    deaths: int = 0
    due: float = 0.0

    def buried(self, code: int) -> None:
        """Notes a death, and when to begin again: 0.5, 1, 2 … 30 seconds later."""
        self.deaths = 1 if time.monotonic() - self.began > WELL_AFTER else self.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self.pid, self.due = 0, time.monotonic() + pause
        logger.warning("The %s process ended with code %s; it begins again in %.1f s.", self.name, code, pause)


class Supervisor:
    """Runs children until SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, work: Mapping[str, Callable[[], int]], *, ready: Callable[[], bool] = lambda: True) -> None:
        """`ready` is asked again and again until it says that all is up, and may then announce it."""
        self.children = [Child(name, job) for name, job in work.items()]
        self.ready = ready

    def run(self) -> int:
        """Returns 0 when it ended as asked, 1 when something under way had to be cut off."""
        self.mask = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        for awaited in AWAITED:
            signal.signal(awaited, lambda *_: None)  # else a blocked SIGCHLD is thrown away on some systems
        up = False
        self._look_every(QUICK)
        while True:
            self._begin_due()
            if not up and self.ready():
                up = True
                self._look_every(CALM)
            if signal.sigwait(AWAITED) in ENDING:
                return self._end()
            self._bury()

    def _look_every(self, seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)

    def _begin_due(self) -> None:
        for child in self.children:
            if not child.pid and child.due <= time.monotonic():
                self._begin(child)

    def _begin(self, child: Child) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        child.began, child.pid = time.monotonic(), os.fork()
        if child.pid:
            return
        os.setpgid(0, 0)  # Ctrl-C on the terminal is for the supervisor, which passes it on in good order
        for awaited in AWAITED:
            signal.signal(awaited, signal.SIG_DFL)
        end_with(parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, self.mask)
        sys.exit(child.work())

    def _bury(self) -> None:
        for child in self._living():
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                child.buried(os.waitstatus_to_exitcode(status))

    def _living(self) -> list[Child]:
        return [child for child in self.children if child.pid]

    def _end(self) -> int:
        """Asks all to end; a second signal, or the end of grace, cuts them off."""
        self._send(signal.SIGTERM)
        self._look_every(QUICK)
        until, code = time.monotonic() + GRACE, 0
        while self._wait_for_any():
            asked_again = signal.sigwait(AWAITED) in ENDING
            if not code and (asked_again or time.monotonic() > until):
                code = 1
                self._send(signal.SIGKILL)
        return code

    def _wait_for_any(self) -> bool:
        """Whether a child still lives."""
        for child in self._living():
            if os.waitpid(child.pid, os.WNOHANG)[0]:
                child.pid = 0
        return bool(self._living())

    def _send(self, what: signal.Signals) -> None:
        for child in self._living():
            os.kill(child.pid, what)
