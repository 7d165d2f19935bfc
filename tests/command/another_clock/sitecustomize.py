"""Another clock for every program that begins with this folder on its path: this machine's, and so much more or less.

Python reads this before anything else. How many seconds the clock is ahead stands in the file that ANOTHER_CLOCK names,
and may change at any time.
"""

import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

LOOK_EVERY = 0.05  # seconds


class AnotherClock:
    """One process's clock."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ahead = self.read()
        self.traveller = time_machine.travel(datetime.now(UTC) + self.ahead, tick=True).start()
        os.register_at_fork(after_in_child=self.begin)
        self.begin()

    def read(self) -> timedelta:
        """How much the clock is to be ahead."""
        return timedelta(seconds=float(self.file.read_text()))

    def begin(self) -> None:
        """Follows the file; a child of this process has none of its threads."""
        threading.Thread(target=self.follow, name="another clock", daemon=True).start()

    def follow(self) -> None:
        """Lets the clock jump when the file says so, and takes no signal that is meant for somebody else."""
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while self.file.exists():
            ahead = self.read()
            self.traveller.shift(ahead - self.ahead)
            self.ahead = ahead
            time.sleep(LOOK_EVERY)


AnotherClock(Path(os.environ["ANOTHER_CLOCK"]))
