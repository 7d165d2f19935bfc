"""A guard that ends a child process with its parent, even after `kill -9`, on any Unix."""

import os
import threading
import time

POLL_INTERVAL = 0.2  # seconds


def exit_with_parent(parent: int) -> None:
    """Exit this process, without clean-up, when its parent is no longer `parent`. Committed data is not affected."""
    # Polling, because Linux alone could tell us (prctl PR_SET_PDEATHSIG).
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_INTERVAL)
    os._exit(1)
