"""How long a campaign runs: to its full figure in `make soak`, and otherwise within its share of four minutes."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from hypothesis.strategies import SearchStrategy

SECONDS = 240  # for all campaigns, on both databases together
# Per cent of that time on each database; the rest is for campaigns of a fixed size.
SHARES = {
    "comments": 10.0,
    "meetings": 3.0,
    "baked steps": 5.0,
    "kill -9": 5.0,
    "machines": 3.0,
    "columns": 1.5,
    "newsroom": 4.0,
    "bodies": 1.5,
    "names of elements": 1.5,
    "hostile bodies": 1.5,
    "addresses": 1.5,
    "floods": 3.0,
}
FOREVER = 1e9
LEAST = 200  # this fraction of the full figure is reached even on a very slow machine
FRACTION = 10
RUNS_AT_ONCE = 5
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Pace:
    """The extent of one campaign."""

    full: int
    seconds: float
    began: float = field(default_factory=time.monotonic, repr=False)

    def allows(self, done: int) -> bool:
        """Return whether to go on."""
        in_time = time.monotonic() < self.began + self.seconds or done < self.full / LEAST
        return done < self.full and in_time

    def runs(self, done: int, steps: int) -> int:
        """Return how many runs of so many steps Hypothesis makes at once; the first is always trivial."""
        left = max(1, (self.full - done) // steps)
        return left if self.seconds == FOREVER else min(left, RUNS_AT_ONCE)


def pace(name: str, *, full: int) -> Pace:
    """Return the pace of a campaign that starts now."""
    return Pace(full, FOREVER if is_soak() else SECONDS * SHARES[name] / 100)


def search(name: str, tried: Callable[..., None], *, full: int, **strategies: SearchStrategy[Any]) -> None:
    """Let Hypothesis try a function, with a hundredth of the full number of examples at a time."""
    going, done, at_once = pace(name, full=full), 0, full if is_soak() else max(5, full // 100)
    while going.allows(done):
        settings(max_examples=at_once, deadline=None)(given(**strategies)(tried))()
        done += at_once
    print(f"{name}: {done} examples")


class Machine(RuleBasedStateMachine):
    """A state machine that counts its steps, over all its stories."""

    steps = 0


def calm(steps: int) -> settings:
    """Return Hypothesis' settings for stories of so many steps, which may take as long as they need."""
    return settings(deadline=None, stateful_step_count=steps, suppress_health_check=list(HealthCheck), print_blob=True)


def tell_stories(name: str, machine: type[Machine], how: settings, *, full: int) -> None:
    """Let a state machine run stories, until it has made the full number of steps or its time is over."""
    going, machine.steps = pace(name, full=full), 0
    while going.allows(machine.steps):
        many = going.runs(machine.steps, how.stateful_step_count)
        run_state_machine_as_test(machine, settings=settings(how, max_examples=many))
    print(f"{name}: {machine.steps} steps")
    assert machine.steps > how.stateful_step_count


def is_soak() -> bool:
    """Return whether campaigns run in full."""
    return os.environ.get("BROADSHEET_SOAK") == "1"


def figure(*, full: int) -> int:
    """Return the figure of a campaign of a fixed size: the full one in `make soak`, otherwise a tenth (at least 1)."""
    return full if is_soak() else max(1, full // FRACTION)


def parts(number: int) -> range:
    """Return the parts in which `make soak` runs a campaign, each under half an hour; other runs have one part."""
    return range(1, (number if is_soak() else 1) + 1)


def is_second_look() -> bool:
    """Return whether the tests have already passed on another database, as in `make test` after SQLite."""
    return os.environ.get("BROADSHEET_TEST_SECOND") == "1"


def all_of_them_once(things: Sequence[Thing]) -> Sequence[Thing]:
    """Return all at a first look, and a tenth at a second, where only the database could make a difference."""
    return things[::FRACTION] if is_second_look() else things


# For tests whose result depends on a browser or a file, and on no database.
looked_at_once = pytest.mark.once
