"""A limit allows what it says, at once or evenly, and then refuses with the time after which one more is allowed."""

import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from pytest_django import Settings

from broadsheet.limits import actions as limits
from broadsheet.limits.actions import check, delete_past_allowances, take, take_exactly
from broadsheet.limits.errors import TooManyRequests, in_words
from broadsheet.limits.models import Allowance
from broadsheet.limits.states import DEFAULTS, Limit, Rate, rates

pytestmark = pytest.mark.django_db

START = datetime.fromisoformat("2026-03-02T08:00:00+00:00")
ACCOUNT, NETWORK = Limit.SIGN_IN_ACCOUNT, Limit.SIGN_IN_NETWORK


@pytest.fixture(autouse=True)
def _limits(settings: Settings) -> None:
    settings.LIMITS = rates({ACCOUNT: "3/hour", NETWORK: "5/hour"})


def is_allowed(*uses: tuple[Limit, str]) -> bool:
    try:
        take(*uses)
    except TooManyRequests:
        return False
    return True


def test_all_of_a_rate_are_allowed_at_once_and_then_no_more() -> None:
    with time_machine.travel(START, tick=False):
        assert [is_allowed((ACCOUNT, "ann")) for _ in range(5)] == [True, True, True, False, False]
        assert is_allowed((ACCOUNT, "ben"))


def test_one_more_is_allowed_with_each_part_of_the_period_and_the_refusal_names_the_moment() -> None:
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(3):
            take((ACCOUNT, "ann"))
        with pytest.raises(TooManyRequests, match="try again in 20 minutes") as refused:
            take((ACCOUNT, "ann"))
        assert refused.value.retry_after == timedelta(minutes=20)
        clock.shift(timedelta(minutes=20) - timedelta(seconds=1))
        assert not is_allowed((ACCOUNT, "ann"))
        clock.shift(timedelta(seconds=1))
        assert [is_allowed((ACCOUNT, "ann")) for _ in range(2)] == [True, False]


def test_after_a_long_pause_no_more_is_allowed_than_at_first() -> None:
    with time_machine.travel(START, tick=False) as clock:
        assert [is_allowed((ACCOUNT, "ann")) for _ in range(4)] == [True, True, True, False]
        clock.shift(timedelta(hours=5))
        assert [is_allowed((ACCOUNT, "ann")) for _ in range(4)] == [True, True, True, False]


def test_where_one_limit_is_reached_none_is_used() -> None:
    with time_machine.travel(START, tick=False):
        for name in "abcdefghij":  # rows are used in the order of their keys, which are digests
            assert [is_allowed((ACCOUNT, name)) for _ in range(4)] == [True, True, True, False]
            assert not is_allowed((ACCOUNT, name), (NETWORK, name))
            assert [is_allowed((NETWORK, name)) for _ in range(6)] == [True, True, True, True, True, False]


def test_an_exact_limit_is_never_used_more_often_in_any_period() -> None:
    with time_machine.travel(START, tick=False) as clock:
        used = []
        for _ in range(300):  # a little over two days, across midnights
            used += [time.time()] if take_exactly(ACCOUNT, "ann") else []
            clock.shift(timedelta(minutes=7))
        assert all(later - first >= 3600 for first, later in pairwise(used[::3]))
        assert len(used) > 3 * 300 * 7 / 60 * 0.9
        assert take_exactly(ACCOUNT, "ben")


def test_the_rows_of_an_exact_limit_last_over_midnight() -> None:
    with time_machine.travel(START.replace(hour=23, minute=59), tick=False) as clock:
        assert [take_exactly(ACCOUNT, "ann") for _ in range(4)] == [True, True, True, False]
        clock.shift(timedelta(minutes=2))
        assert not take_exactly(ACCOUNT, "ann")


def test_a_limit_that_is_reached_can_be_told_without_using_it() -> None:
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(3):
            check(ACCOUNT, "ann")
            assert is_allowed((ACCOUNT, "ann"))
        with pytest.raises(TooManyRequests) as refused:
            check(ACCOUNT, "ann")
        assert refused.value.retry_after == timedelta(minutes=20)
        clock.shift(timedelta(minutes=20))
        check(ACCOUNT, "ann")
        assert is_allowed((ACCOUNT, "ann"))
        assert not limits.is_allowed(ACCOUNT, "ann")


def test_a_clock_that_was_ahead_locks_nobody_out() -> None:
    with time_machine.travel(START + timedelta(hours=10), tick=False) as clock:
        assert [is_allowed((ACCOUNT, "ann")) for _ in range(4)] == [True, True, True, False]
        clock.move_to(START)
        assert [is_allowed((ACCOUNT, "ann")) for _ in range(4)] == [True, True, True, False]


def test_rows_that_limit_nothing_any_more_are_deleted() -> None:
    with time_machine.travel(START, tick=False) as clock:
        take((ACCOUNT, "ann"))
        clock.shift(timedelta(minutes=10))
        take((ACCOUNT, "ben"))
        assert delete_past_allowances() == 0
        clock.shift(timedelta(minutes=10))
        assert delete_past_allowances() == 1
        assert Allowance.objects.count() == 1


def test_no_row_tells_whom_it_counts_and_tomorrow_it_is_another() -> None:
    with time_machine.travel(START, tick=False) as clock:
        take((NETWORK, "203.0.113.0/24"))
        clock.shift(timedelta(days=1))
        take((NETWORK, "203.0.113.0/24"))
    keys = list(Allowance.objects.values_list("key", flat=True))
    assert len(set(keys)) == 2
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


def test_a_limit_costs_one_statement() -> None:
    with connection.execute_wrapper(count := Counting()):
        take((ACCOUNT, "ann"), (NETWORK, "here"))
    assert count.inserts == 2


class Counting:
    """Counts the statements that use a limit."""

    def __init__(self) -> None:
        self.inserts = 0

    def __call__(self, execute: object, sql: str, *rest: object) -> object:
        self.inserts += "used_until" in sql
        return execute(sql, *rest)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=1), "1 minute"),
        (timedelta(seconds=61), "2 minutes"),
        (timedelta(minutes=60), "60 minutes"),
        (timedelta(minutes=61), "2 hours"),
        (timedelta(hours=8), "8 hours"),
    ],
)
def test_a_wait_is_told_in_words_and_never_too_short(wait: timedelta, words: str) -> None:
    assert in_words(wait) == words


@pytest.mark.parametrize("written", ["", "20", "20/week", "0/hour", "-1/hour", "twenty/hour", "1.5/hour", "٢/hour"])
def test_what_is_not_a_rate_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match="such as 20/hour"):
        Rate.of(written)


def test_an_unknown_limit_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match=r"'sign_inn' is not a limit.*sign_in_account"):
        rates({"sign_inn": "1/day"})


def test_every_limit_has_a_default() -> None:
    assert set(DEFAULTS) == set(Limit)
    assert rates({})[ACCOUNT] == Rate(20, timedelta(hours=1))
