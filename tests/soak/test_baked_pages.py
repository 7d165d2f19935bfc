"""The campaigns over baked pages, by `make soak` in full, a tenth of them otherwise.

10,000 forced meetings of readers and a reviewer, and 10,000 steps of whoever works on two machines. Both can fail: each
does so with a piece taken out of what it tries.
"""

import os
import re

import pytest

from tests.campaigns import figure
from tests.command.papers import Paper

RUN = "from tests.pagecache.interleavings import run; print(run({rounds}, checked={checked}))"
STEPS = "from tests.pagecache.baking_machine import run; print(run({steps}, without={without!r}))"
FRAGMENTS = [
    "the look into the log",
    "the difference between removed and renewed",
    "the lock",
    "the position before the first question",
    "catching up",
]
# What the campaign says of an old page: in an answer, on the disk, given without need, or when all is quiet again.
OLD = r"AssertionError: .*( shows |while nobody renders it|, and \{.*\} is so)"
KILLS = "from tests.pagecache.killing import run; print(run())"
TAKEN_OUT = FRAGMENTS if os.environ.get("BROADSHEET_SOAK") == "1" else FRAGMENTS[:2]


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_a_request_that_starts_after_a_decision_never_gets_the_old_page(paper: Paper) -> None:
    rounds = figure(full=10_000)
    told = paper.shell(RUN.format(rounds=rounds, checked=True), patience=7000)
    print(told)
    assert told.startswith(f"0 stale and 0 unbaked in {rounds} (")
    assert told.count(",") == 4  # each of the five ways was gone


def test_whoever_is_killed_on_the_stage_leaves_no_transaction_open(paper: Paper) -> None:
    told = re.fullmatch(r"killed at (\d+) lines", paper.shell(KILLS).splitlines()[-1])
    assert told
    assert int(told[1]) > 20


def test_without_the_look_into_the_log_old_pages_are_kept(paper: Paper) -> None:
    told = paper.shell(RUN.format(rounds=60, checked=False), patience=280)
    assert not told.startswith("0 stale"), told
    assert "rendered_before_and_stored_after" in told.partition("stale: ")[2]


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_however_the_steps_of_two_machines_are_ordered_nothing_removed_is_shown(paper: Paper) -> None:
    steps = figure(full=10_000)
    told = paper.shell(STEPS.format(steps=steps, without=""), patience=7000).splitlines()[-1]
    print(told)
    assert int(told.partition(" ")[0]) >= steps
    assert "previous" in told or steps < 10_000  # in so many, previous versions were given too


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("piece", TAKEN_OUT)
def test_the_campaign_fails_without(piece: str, paper: Paper) -> None:
    code = STEPS.format(steps=40_000, without=piece)  # it ends with the first old page, most often within 3,000
    with pytest.raises(AssertionError, match=OLD):
        paper.shell(code, patience=1100)
