"""The campaign over the thin column: by `make soak` ≥ 10,000 steps on either database.

It is cut into parts, each in a transaction of its own: what a long one has rolled back burdens the database.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaigns import pace, parts
from tests.soak.column_machine import ColumnMachine

STEPS_A_STORY = 40
CALM = settings(
    deadline=None,
    stateful_step_count=STEPS_A_STORY,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
PARTS = parts(10)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_an_anonymous_reader_sees_exactly_what_is_published_and_no_address_ever(part: int) -> None:
    going = pace("comments", full=10_000 // len(PARTS))
    ColumnMachine.steps = 0
    while going.allows(ColumnMachine.steps):
        stories = going.runs(ColumnMachine.steps, STEPS_A_STORY)
        run_state_machine_as_test(ColumnMachine, settings=settings(CALM, max_examples=stories))
    print(f"part {part}: {ColumnMachine.steps} steps")
    assert ColumnMachine.steps > STEPS_A_STORY
