"""Docstrings name their subject: few indefinite pronouns, and no opening that leans on a neighbour."""

from pathlib import Path

import pytest

from tools import prose
from tools.prose import Docstring


@pytest.mark.parametrize("room", prose.rooms(), ids=lambda room: room.name)
def test_a_room_has_few_indefinite_pronouns(room: Path) -> None:
    assert prose.per_thousand(room) <= prose.MOST_PER_THOUSAND


def test_no_docstring_begins_with_the_one_before_it() -> None:
    opening = [doc.place for room in prose.rooms() for doc in prose.docstrings(room) if doc.text.startswith("The same")]
    assert opening == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Return the lock of a page.", 0),
        ("Whoever waits gets what somebody has made.", 3),
        ("One transaction, one row.", 0),
        ("The one that is read first.", 1),
        ("Call `what` with nothing.", 1),
    ],
)
def test_pronouns_are_counted_and_numbers_and_code_are_not(text: str, count: int) -> None:
    assert len(Docstring("here", text).pronouns) == count
