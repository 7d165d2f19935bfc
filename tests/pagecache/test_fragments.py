"""A cached fragment is rendered once, adds its keys to every page it is on, and is never sent when it is stale."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.db import connection, transaction

from broadsheet.pagecache.actions import EVERYTHING, purge
from broadsheet.pagecache.fragments import MAX_FRAGMENTS, FragmentCache, depends_on
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import Surrogates, collected, take_snapshot

# Within a test's own transaction no fragment is cached.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@contextmanager
def request() -> Iterator[Surrogates]:
    """A request that has taken its snapshot before its first query."""
    with collected() as surrogates:
        take_snapshot(Purge.objects.snapshot)
        yield surrogates


class Foot:
    """A fragment that depends on the key `foot`, and counts how often it was rendered."""

    def __init__(self) -> None:
        self.renderings = 0
        self.until: datetime | None = None

    def __call__(self) -> int:
        depends_on("foot", until=self.until)
        self.renderings += 1
        return self.renderings


@pytest.fixture
def fragments() -> FragmentCache:
    return FragmentCache()


@pytest.fixture
def foot() -> Foot:
    return Foot()


def get(fragments: FragmentCache, foot: Foot) -> int:
    with request():
        return fragments.cached("foot", foot)


def test_a_fragment_is_rendered_for_the_first_page_and_adds_its_keys_to_every_page(
    fragments: FragmentCache, foot: Foot
) -> None:
    for _ in range(2):
        with request() as surrogates:
            assert fragments.cached("foot", foot) == 1
        assert surrogates.keys == {"foot", EVERYTHING}


@pytest.mark.parametrize(("key", "renderings"), [("foot", 2), (EVERYTHING, 2), ("head", 1)])
def test_a_fragment_is_rendered_again_once_one_of_its_keys_is_purged(
    fragments: FragmentCache, foot: Foot, key: str, renderings: int
) -> None:
    assert get(fragments, foot) == 1
    purge(key)
    assert [get(fragments, foot), get(fragments, foot)] == [renderings, renderings]


def test_a_page_expires_no_later_than_a_fragment_on_it(fragments: FragmentCache, foot: Foot) -> None:
    foot.until = datetime.now(UTC) + timedelta(minutes=1)
    for _ in range(2):
        with request() as surrogates:
            fragments.cached("foot", foot)
        assert surrogates.until == foot.until
    with time_machine.travel(foot.until + timedelta(seconds=1)):
        assert get(fragments, foot) == 2


def test_a_fragment_of_a_request_that_began_before_a_purge_is_not_used_by_one_that_began_after_it(
    fragments: FragmentCache, foot: Foot
) -> None:
    with request():
        purge("foot")
        assert fragments.cached("foot", foot) == 1  # it may have read the old state before the purge
    assert get(fragments, foot) == 2


def test_concurrent_requests_with_different_snapshots_get_no_fragment_older_than_their_own(
    fragments: FragmentCache, foot: Foot
) -> None:
    with request():
        assert fragments.cached("foot", foot) == 1
        purge("foot")
        with request():
            assert fragments.cached("foot", foot) == 2
        fragments.cached("foot", foot)
    assert get(fragments, foot) > 1


class Busy:
    """The name of a fragment; while it is hashed, another thread adds another fragment."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] = int

    def __hash__(self) -> int:
        self.meanwhile()
        return 1


def test_a_fragment_can_be_added_while_another_thread_looks_through_them(fragments: FragmentCache, foot: Foot) -> None:
    busy = Busy()
    with request():
        assert fragments.cached(busy, foot) == 1
        earlier = copy_context()
        purge("head")
        numbers = count()
        busy.meanwhile = lambda: earlier.run(fragments.cached, next(numbers), foot)
        assert get(fragments, foot) > 1


def test_no_fragment_is_cached_without_a_snapshot_or_within_a_transaction(fragments: FragmentCache, foot: Foot) -> None:
    assert [fragments.cached("foot", foot), fragments.cached("foot", foot)] == [1, 2]
    with collected():
        assert [fragments.cached("foot", foot), fragments.cached("foot", foot)] == [3, 4]
    with request(), transaction.atomic():
        assert [fragments.cached("foot", foot), fragments.cached("foot", foot)] == [5, 6]


def test_the_fragments_of_another_database_are_not_used(fragments: FragmentCache, foot: Foot) -> None:
    purge("head")
    assert get(fragments, foot) == 1
    if connection.vendor == "sqlite":
        Purge.objects.all().delete()
        assert get(fragments, foot) == 2


def test_the_number_of_fragments_is_limited(fragments: FragmentCache, foot: Foot) -> None:
    get(fragments, foot)
    with request():
        for number in range(MAX_FRAGMENTS):
            fragments.cached(number, foot)
    assert get(fragments, foot) > MAX_FRAGMENTS


def test_the_keys_it_is_on_are_part_of_the_name_of_a_fragment_and_evict_it(
    fragments: FragmentCache, foot: Foot
) -> None:
    def get_on(key: str) -> int:
        with request() as surrogates:
            rendering = fragments.cached("count", foot, on=[key])
        assert surrogates.keys == {key, "foot", EVERYTHING}
        return rendering

    assert [get_on("in:1"), get_on("in:2"), get_on("in:1")] == [1, 2, 1]
    purge("in:1")
    assert [get_on("in:1"), get_on("in:2")] == [3, 2]


def test_the_keys_a_fragment_is_on_are_added_where_it_is_not_cached(fragments: FragmentCache, foot: Foot) -> None:
    with collected() as surrogates:
        fragments.cached("count", foot, on=["in:1"])
    assert surrogates.keys == {"in:1", "foot"}
