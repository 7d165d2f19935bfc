"""A paper for each test, copied from one that is initialised once for all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import templates
from tests.command.papers import Paper, copy_paper, drop_database


@pytest.fixture(scope="session")
def template() -> Path:
    """The folder of a finished paper, to look at and to copy."""
    return templates.paper()


@pytest.fixture
def paper(template: Path, tmp_path: Path) -> Iterator[Paper]:
    """A finished paper that this test may do anything to."""
    made = copy_paper(template, tmp_path / "paper")
    yield made
    drop_database(made.database)
