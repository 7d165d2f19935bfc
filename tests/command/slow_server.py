"""Tasks that take as long as they are told, or as somebody else lets them."""

import time
from pathlib import Path
from urllib.request import urlopen

from django_tasks import task


@task()
def nap(path: str, seconds: float) -> None:
    """Leaves a mark when it begins, and another for each time it is finished."""
    Path(f"{path}.begun").touch()
    time.sleep(seconds)
    with Path(path).open("a") as file:
        file.write("x")


@task()
def ask(address: str) -> None:
    """Asks a server without a limit of time, as Wagtail does."""
    with urlopen(address) as answer:  # noqa: S310 - of this machine
        answer.read()
