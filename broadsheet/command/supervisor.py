"""A supervisor that keeps a few child processes running: restarts those that die, and stops all of them cleanly.

It has one thread and sleeps until a signal arrives, so forking is safe at any time and a restart repeats no imports.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from broadsheet.command.orphan_guard import exit_with_parent

logger = logging.getLogger(__name__)

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
AWAITED_SIGNALS = STOP_SIGNALS | {signal.SIGCHLD, signal.SIGALRM}
GRACE_PERIOD = 30.0  # seconds that children have to finish their work in progress
STARTING_INTERVAL, RUNNING_INTERVAL = 0.05, 1.0  # seconds between two looks at the children
FIRST_DELAY, MAX_DELAY = 0.5, 30.0  # seconds before a dead child is restarted
STABLE_AFTER = 60.0  # seconds of running after which earlier failures no longer count


@dataclass
class Child:
    """A child process: its name and entry point, and its failures in a row."""

    name: str
    entry_point: Callable[[], int]
    pid: int = 0  # 0 while it is not running
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = 0.0

    def record_exit(self, code: int) -> None:
        """Record that the process has exited, and schedule its restart in 0.5, 1, 2 … 30 seconds."""
        self.failures = 1 if time.monotonic() - self.started_at > STABLE_AFTER else self.failures + 1
        delay = min(FIRST_DELAY * 2 ** (self.failures - 1), MAX_DELAY)
        self.pid, self.restart_at = 0, time.monotonic() + delay
        logger.warning("The %s process exited with code %s; restarting in %.1f s.", self.name, code, delay)


class Supervisor:
    """Runs children until SIGINT, SIGTERM or SIGHUP."""

    def __init__(
        self, entry_points: Mapping[str, Callable[[], int]], *, ready: Callable[[], bool] = lambda: True
    ) -> None:
        """Set up a child for each name. `ready` is called until it returns True, and may then announce the start."""
        self.children = [Child(name, entry_point) for name, entry_point in entry_points.items()]
        self.ready = ready

    def run(self) -> int:
        """Run until a stop signal; return 0 after a clean stop, 1 if a child had to be killed."""
        self.mask = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED_SIGNALS)
        for awaited in AWAITED_SIGNALS:
            signal.signal(awaited, lambda *_: None)  # some systems discard a blocked SIGCHLD that has no handler
        ready = False
        self._wake_every(STARTING_INTERVAL)
        while True:
            self._start_due()
            if not ready and self.ready():
                ready = True
                self._wake_every(RUNNING_INTERVAL)
            if signal.sigwait(AWAITED_SIGNALS) in STOP_SIGNALS:
                return self._stop()
            self._reap()

    def _wake_every(self, seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)

    def _start_due(self) -> None:
        for child in self.children:
            if not child.pid and child.restart_at <= time.monotonic():
                self._start(child)

    def _start(self, child: Child) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        child.started_at, child.pid = time.monotonic(), os.fork()
        if child.pid:
            return
        os.setpgid(0, 0)  # Ctrl-C in the terminal reaches the supervisor alone, which then stops the children in turn
        for awaited in AWAITED_SIGNALS:
            signal.signal(awaited, signal.SIG_DFL)
        exit_with_parent(parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, self.mask)
        sys.exit(child.entry_point())

    def _reap(self) -> None:
        for child in self._running():
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                child.record_exit(os.waitstatus_to_exitcode(status))

    def _running(self) -> list[Child]:
        return [child for child in self.children if child.pid]

    def _stop(self) -> int:
        """Stop all children; a second stop signal, or the end of the grace period, kills them."""
        self._signal(signal.SIGTERM)
        self._wake_every(STARTING_INTERVAL)
        deadline, code = time.monotonic() + GRACE_PERIOD, 0
        while self._any_running():
            repeated = signal.sigwait(AWAITED_SIGNALS) in STOP_SIGNALS
            if not code and (repeated or time.monotonic() > deadline):
                code = 1
                for child in self._running():
                    logger.warning("The %s process has not stopped and is killed.", child.name)
                self._signal(signal.SIGKILL)
        return code

    def _any_running(self) -> bool:
        for child in self._running():
            if os.waitpid(child.pid, os.WNOHANG)[0]:
                child.pid = 0
        return bool(self._running())

    def _signal(self, number: signal.Signals) -> None:
        for child in self._running():
            os.kill(child.pid, number)
