"""The campaigns over baked pages, by `make soak` in full.

10,000 forced interleavings of readers and a reviewer, and 10,000 scheduled steps of actors on two machines. Both can
fail: each does so with a guard left out.
"""

import re

import pytest

from tests.campaigns import FOREVER, LEAST, Pace, is_soak, pace, parts
from tests.command.papers import Paper

PACE = "from tests.campaigns import Pace; "
RUN = PACE + "from tests.pagecache.interleavings import run; print(run({pace}, checked={checked}))"
STEPS = PACE + "from tests.pagecache.baking_machine import run; print(run({pace}, without={without!r}))"
GUARDS = [
    "the check of the purge log",
    "the difference between hard and soft purges",
    "the lock",
    "the snapshot before the first query",
    "catching up",
]
# The complaint about a stale page: in a response, on the disk, sent without need, or at the end.
STALE = r"AssertionError: .*( shows |while no request renders it|, required is )"
STALE_COPIES = "from tests.pagecache.baking_machine import stale_copies; print(stale_copies())"
KILLS = "from tests.pagecache.killing import run; print(run())"
LEFT_OUT = GUARDS if is_soak() else GUARDS[1:2]  # the one whose absence is noticed soonest
PARTS = parts(5)
PART = 10_000 // len(PARTS)  # steps


@pytest.mark.campaign
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", PARTS)
def test_a_request_that_starts_after_a_decision_never_gets_the_old_page(part: int, paper: Paper) -> None:
    going = pace("meetings", full=10_000 // len(PARTS))
    told = paper.shell(RUN.format(pace=going, checked=True), timeout=7000)
    print(f"part {part}: {told}")
    assert told.startswith("0 stale and 0 unbaked in ")
    assert told.count(",") == 4  # each of the five interleavings occurred


def test_a_killed_actor_leaves_no_transaction_open(paper: Paper) -> None:
    told = re.fullmatch(r"killed at (\d+) lines", paper.shell(KILLS).splitlines()[-1])
    assert told
    assert int(told[1]) > 20


def test_without_the_check_of_the_purge_log_stale_pages_are_stored(paper: Paper) -> None:
    told = paper.shell(RUN.format(pace=Pace(60, FOREVER), checked=False), timeout=280)
    assert not told.startswith("0 stale"), told
    assert "rendered_before_and_stored_after" in told.partition("stale: ")[2]


@pytest.mark.campaign
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", PARTS)
def test_no_order_of_steps_on_two_machines_shows_a_removed_story(part: int, paper: Paper) -> None:
    going = pace("baked steps", full=PART)
    told = paper.shell(STEPS.format(pace=going, without=""), timeout=7000).splitlines()[-1]
    print(f"part {part}: {told}")
    assert int(told.partition(" ")[0]) >= PART // LEAST


def test_the_steps_can_lead_to_a_stale_copy(paper: Paper) -> None:
    assert paper.shell(STALE_COPIES) == "1"


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("guard", LEFT_OUT)
def test_the_campaign_fails_without(guard: str, paper: Paper) -> None:
    # It ends with the first stale page, most often within 3,000 steps.
    code = STEPS.format(pace=Pace(40_000, FOREVER), without=guard)
    with pytest.raises(AssertionError, match=STALE):
        paper.shell(code, timeout=1100)
