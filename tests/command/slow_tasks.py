"""Slow tasks for the worker."""

import time
from pathlib import Path
from urllib.request import urlopen

from django_tasks import task


@task()
def sleep_and_mark(path: str, seconds: float) -> None:
    """Create a file with the suffix .begun, sleep, and append an x to the file at `path`."""
    Path(f"{path}.begun").touch()
    time.sleep(seconds)
    with Path(path).open("a") as file:
        file.write("x")


@task()
def request_url(url: str) -> None:
    """Request a URL without a timeout, as Wagtail does."""
    with urlopen(url) as response:  # noqa: S310 - of this machine
        response.read()
