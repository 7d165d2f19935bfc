"""How much a campaign does: its full figure by `make soak`, a tenth of it in every other run."""

import os
from collections.abc import Sequence
from typing import TypeVar

import pytest

FRACTION = 10
Thing = TypeVar("Thing")

SOAKING = os.environ.get("BROADSHEET_SOAK") == "1"
ON_POSTGRES = os.environ.get("BROADSHEET_TEST_DATABASE") == "postgres"
# For what a browser, or a file, decides and no database; `make test` has it on SQLite.
looked_at_once = pytest.mark.skipif(ON_POSTGRES and not SOAKING, reason="this is the same whatever the database")


def figure(*, full: int) -> int:
    """Returns the full figure when BROADSHEET_SOAK=1, and a tenth of it (at least 1) otherwise."""
    return full if SOAKING else max(1, full // FRACTION)


def all_of_them_once(things: Sequence[Thing]) -> Sequence[Thing]:
    """All on SQLite and when soaking; a tenth on PostgreSQL, where only the database could make a difference."""
    return things[::FRACTION] if ON_POSTGRES and not SOAKING else things
