"""What many pages have alike is made once, named by every page it stands on, and never shown when it is stale."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.db import connection, transaction

from broadsheet.pagecache.actions import EVERYTHING, purge
from broadsheet.pagecache.fragments import MOST, FragmentCache, depends_on
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import Surrogates, begins, collected

# Within a transaction of one's own nothing is kept.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@contextmanager
def request() -> Iterator[Surrogates]:
    """A request that has asked the log before anything else."""
    with collected() as surrogates:
        begins(Purge.objects.position)
        yield surrogates


class Foot:
    """Something that shows the key `foot`; it counts how often it was made."""

    def __init__(self) -> None:
        self.made = 0
        self.until: datetime | None = None

    def __call__(self) -> int:
        depends_on("foot", until=self.until)
        self.made += 1
        return self.made


@pytest.fixture
def fragments() -> FragmentCache:
    return FragmentCache()


@pytest.fixture
def foot() -> Foot:
    return Foot()


def asked(fragments: FragmentCache, foot: Foot) -> int:
    with request():
        return fragments.cached("foot", foot)


def test_a_piece_is_made_for_the_first_page_and_named_by_every_page_it_stands_on(
    fragments: FragmentCache, foot: Foot
) -> None:
    for _ in range(2):
        with request() as surrogates:
            assert fragments.cached("foot", foot) == 1
        assert surrogates.keys == {"foot", EVERYTHING}


@pytest.mark.parametrize(("key", "made"), [("foot", 2), (EVERYTHING, 2), ("head", 1)])
def test_a_piece_is_made_anew_once_what_is_on_it_was_purged(
    fragments: FragmentCache, foot: Foot, key: str, made: int
) -> None:
    assert asked(fragments, foot) == 1
    purge(key)
    assert [asked(fragments, foot), asked(fragments, foot)] == [made, made]


def test_a_page_within_which_a_piece_stands_is_right_no_longer_than_the_piece(
    fragments: FragmentCache, foot: Foot
) -> None:
    foot.until = datetime.now(UTC) + timedelta(minutes=1)
    for _ in range(2):
        with request() as surrogates:
            fragments.cached("foot", foot)
        assert surrogates.until == foot.until
    with time_machine.travel(foot.until + timedelta(seconds=1)):
        assert asked(fragments, foot) == 2


def test_a_page_that_began_before_a_purge_leaves_its_piece_to_nobody_who_began_after_it(
    fragments: FragmentCache, foot: Foot
) -> None:
    with request():
        purge("foot")
        assert fragments.cached("foot", foot) == 1  # it may have read the old state before the purge
    assert asked(fragments, foot) == 2


def test_two_pages_of_different_moments_at_once_get_nothing_older_than_themselves(
    fragments: FragmentCache, foot: Foot
) -> None:
    with request():
        assert fragments.cached("foot", foot) == 1
        purge("foot")
        with request():
            assert fragments.cached("foot", foot) == 2
        fragments.cached("foot", foot)
    assert asked(fragments, foot) > 1


class Busy:
    """The name of a piece; while the pieces are looked through, another thread adds one."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] = int

    def __hash__(self) -> int:
        self.meanwhile()
        return 1


def test_a_page_that_adds_a_piece_while_another_looks_through_them_disturbs_nobody(
    fragments: FragmentCache, foot: Foot
) -> None:
    busy = Busy()
    with request():
        assert fragments.cached(busy, foot) == 1
        earlier = copy_context()
        purge("head")
        numbers = count()
        busy.meanwhile = lambda: earlier.run(fragments.cached, next(numbers), foot)
        assert asked(fragments, foot) > 1


def test_nothing_is_cached_without_a_look_into_the_log_nor_within_a_transaction(
    fragments: FragmentCache, foot: Foot
) -> None:
    assert [fragments.cached("foot", foot), fragments.cached("foot", foot)] == [1, 2]
    with collected():
        assert [fragments.cached("foot", foot), fragments.cached("foot", foot)] == [3, 4]
    with request(), transaction.atomic():
        assert [fragments.cached("foot", foot), fragments.cached("foot", foot)] == [5, 6]


def test_another_database_with_a_shorter_log_brings_none_of_the_old_ones(fragments: FragmentCache, foot: Foot) -> None:
    purge("head")
    assert asked(fragments, foot) == 1
    if connection.vendor == "sqlite":
        Purge.objects.all().delete()
        assert asked(fragments, foot) == 2


def test_the_memory_has_an_end(fragments: FragmentCache, foot: Foot) -> None:
    asked(fragments, foot)
    with request():
        for number in range(MOST):
            fragments.cached(number, foot)
    assert asked(fragments, foot) > MOST
