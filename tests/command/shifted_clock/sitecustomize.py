"""A clock that is shifted, for every program that starts with this folder on its Python path.

Python imports this module at its start. The file that SHIFTED_CLOCK names holds the shift in seconds, which may change
at any time.
"""

import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

POLL_INTERVAL = 0.05  # seconds


class ShiftedClock:
    """The shifted clock of one process."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.shift = self.read()
        self.traveller = time_machine.travel(datetime.now(UTC) + self.shift, tick=True).start()
        os.register_at_fork(after_in_child=self.start_thread)
        self.start_thread()

    def read(self) -> timedelta:
        """Return the shift from the file."""
        return timedelta(seconds=float(self.file.read_text()))

    def start_thread(self) -> None:
        """Start the thread that follows the file; a child process has none of its parent's threads."""
        threading.Thread(target=self.follow, name="shifted clock", daemon=True).start()

    def follow(self) -> None:
        """Shift the clock whenever the file changes."""
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are for the program's own threads
        while self.file.exists():
            shift = self.read()
            self.traveller.shift(shift - self.shift)
            self.shift = shift
            time.sleep(POLL_INTERVAL)


ShiftedClock(Path(os.environ["SHIFTED_CLOCK"]))
