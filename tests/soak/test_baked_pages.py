"""The campaigns over baked pages, by `make soak` in full, a tenth of them otherwise.

10,000 forced interleavings of readers and a reviewer, and 10,000 scheduled steps of actors on two machines. Both can
fail: each does so with a guard left out.
"""

import os
import re

import pytest

from tests.campaigns import figure
from tests.command.papers import Paper

RUN = "from tests.pagecache.interleavings import run; print(run({rounds}, checked={checked}))"
STEPS = "from tests.pagecache.baking_machine import run; print(run({steps}, without={without!r}))"
GUARDS = [
    "the check of the purge log",
    "the difference between hard and soft purges",
    "the lock",
    "the snapshot before the first query",
    "catching up",
]
# The complaint about a stale page: in a response, on the disk, sent without need, or at the end.
STALE = r"AssertionError: .*( shows |while no request renders it|, required is )"
KILLS = "from tests.pagecache.killing import run; print(run())"
LEFT_OUT = GUARDS if os.environ.get("BROADSHEET_SOAK") == "1" else GUARDS[:2]


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_a_request_that_starts_after_a_decision_never_gets_the_old_page(paper: Paper) -> None:
    rounds = figure(full=10_000)
    told = paper.shell(RUN.format(rounds=rounds, checked=True), timeout=7000)
    print(told)
    assert told.startswith(f"0 stale and 0 unbaked in {rounds} (")
    assert told.count(",") == 4  # each of the five interleavings occurred


def test_a_killed_actor_leaves_no_transaction_open(paper: Paper) -> None:
    told = re.fullmatch(r"killed at (\d+) lines", paper.shell(KILLS).splitlines()[-1])
    assert told
    assert int(told[1]) > 20


def test_without_the_check_of_the_purge_log_stale_pages_are_stored(paper: Paper) -> None:
    told = paper.shell(RUN.format(rounds=60, checked=False), timeout=280)
    assert not told.startswith("0 stale"), told
    assert "rendered_before_and_stored_after" in told.partition("stale: ")[2]


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_no_order_of_steps_on_two_machines_shows_a_removed_story(paper: Paper) -> None:
    steps = figure(full=10_000)
    told = paper.shell(STEPS.format(steps=steps, without=""), timeout=7000).splitlines()[-1]
    print(told)
    assert int(told.partition(" ")[0]) >= steps
    assert "stale copy" in told or steps < 10_000  # in so many, stale copies were sent too


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("guard", LEFT_OUT)
def test_the_campaign_fails_without(guard: str, paper: Paper) -> None:
    code = STEPS.format(steps=40_000, without=guard)  # it ends with the first stale page, most often within 3,000
    with pytest.raises(AssertionError, match=STALE):
        paper.shell(code, timeout=1100)
