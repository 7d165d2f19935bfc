"""A task that takes as long as it is told."""

import time
from pathlib import Path

from django_tasks import task


@task()
def nap(path: str, seconds: float) -> None:
    """Leaves a mark when it begins, and another for each time it is finished."""
    Path(f"{path}.begun").touch()
    time.sleep(seconds)
    with Path(path).open("a") as file:
        file.write("x")
