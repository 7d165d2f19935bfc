"""How much a campaign does: its full figure by `make soak`, a tenth of it in every other run."""

import os
from collections.abc import Sequence
from typing import TypeVar

import pytest

FRACTION = 10
Thing = TypeVar("Thing")


def is_soak() -> bool:
    """Whether campaigns run at their full figures."""
    return os.environ.get("BROADSHEET_SOAK") == "1"


def figure(*, full: int) -> int:
    """Returns the full figure when BROADSHEET_SOAK=1, and a tenth of it (at least 1) otherwise."""
    return full if is_soak() else max(1, full // FRACTION)


def is_second_look() -> bool:
    """Whether what no database could change has been tried already: `make test` begins on SQLite."""
    return os.environ.get("BROADSHEET_TEST_SECOND") == "1"


def all_of_them_once(things: Sequence[Thing]) -> Sequence[Thing]:
    """All at a first look; a tenth at a second, where only the database could make a difference."""
    return things[::FRACTION] if is_second_look() else things


# For what a browser, or a file, decides and no database.
looked_at_once = pytest.mark.once
