"""The campaign over the thin column: by `make soak` ≥ 10,000 steps on either database.

It is cut into parts, each in a transaction of its own: what a long one has rolled back burdens the database.
"""

import pytest

from tests.campaigns import calm, parts, tell_stories
from tests.soak.column_machine import ColumnMachine

CALM = calm(40)
PARTS = parts(10)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_an_anonymous_reader_sees_exactly_what_is_published_and_no_address_ever(part: int) -> None:
    print(f"part {part}")
    tell_stories("comments", ColumnMachine, CALM, full=10_000 // len(PARTS))
