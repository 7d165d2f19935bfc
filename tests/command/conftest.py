"""A paper for each test, copied from one that is initialised once for all."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command.papers import Paper, copy_of, drop, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished paper; made by the first of the test processes that wants it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / "template"
    with (shared / "template.lock").open("w") as turnstile:
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        if not (folder / "database.txt").exists():
            make_template(folder)
    return folder


@pytest.fixture
def paper(template: Path, tmp_path: Path) -> Iterator[Paper]:
    """A finished paper that this test may do anything to."""
    made = copy_of(template, tmp_path / "paper")
    yield made
    drop(made.database)
