"""What many pages have alike is made once, named by every page it stands on, and never shown when it is stale."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction

from broadsheet.pagecache.actions import EVERYTHING, purge, shows
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.pieces import MOST, Pieces
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
        shows("foot", until=self.until)
        self.made += 1
        return self.made


@pytest.fixture
def pieces() -> Pieces:
    return Pieces()


@pytest.fixture
def foot() -> Foot:
    return Foot()


def asked(pieces: Pieces, foot: Foot) -> int:
    with request():
        return pieces.kept("foot", foot)


def test_a_piece_is_made_for_the_first_page_and_named_by_every_page_it_stands_on(pieces: Pieces, foot: Foot) -> None:
    for _ in range(2):
        with request() as surrogates:
            assert pieces.kept("foot", foot) == 1
        assert surrogates.keys == {"foot", EVERYTHING}


@pytest.mark.parametrize(("key", "made"), [("foot", 2), (EVERYTHING, 2), ("head", 1)])
def test_a_piece_is_made_anew_once_what_is_on_it_was_purged(pieces: Pieces, foot: Foot, key: str, made: int) -> None:
    assert asked(pieces, foot) == 1
    purge(key)
    assert [asked(pieces, foot), asked(pieces, foot)] == [made, made]


def test_a_page_within_which_a_piece_stands_is_right_no_longer_than_the_piece(pieces: Pieces, foot: Foot) -> None:
    foot.until = datetime.now(UTC) + timedelta(minutes=1)
    for _ in range(2):
        with request() as surrogates:
            pieces.kept("foot", foot)
        assert surrogates.until == foot.until
    with time_machine.travel(foot.until + timedelta(seconds=1)):
        assert asked(pieces, foot) == 2


def test_a_page_that_began_before_a_purge_leaves_its_piece_to_nobody_who_began_after_it(
    pieces: Pieces, foot: Foot
) -> None:
    with request():
        purge("foot")
        assert pieces.kept("foot", foot) == 1  # it may have read the old state before the purge
    assert asked(pieces, foot) == 2


def test_two_pages_of_different_moments_at_once_get_nothing_older_than_themselves(pieces: Pieces, foot: Foot) -> None:
    with request():
        assert pieces.kept("foot", foot) == 1
        purge("foot")
        with request():
            assert pieces.kept("foot", foot) == 2
        pieces.kept("foot", foot)
    assert asked(pieces, foot) > 1


def test_nothing_is_kept_where_nobody_asked_the_log_nor_within_a_transaction(pieces: Pieces, foot: Foot) -> None:
    assert [pieces.kept("foot", foot), pieces.kept("foot", foot)] == [1, 2]
    with collected():
        assert [pieces.kept("foot", foot), pieces.kept("foot", foot)] == [3, 4]
    with request(), transaction.atomic():
        assert [pieces.kept("foot", foot), pieces.kept("foot", foot)] == [5, 6]


def test_another_database_with_a_shorter_log_brings_none_of_the_old_pieces(pieces: Pieces, foot: Foot) -> None:
    purge("head")
    assert asked(pieces, foot) == 1
    if connection.vendor == "sqlite":
        Purge.objects.all().delete()
        assert asked(pieces, foot) == 2


def test_the_memory_has_an_end(pieces: Pieces, foot: Foot) -> None:
    asked(pieces, foot)
    with request():
        for number in range(MOST):
            pieces.kept(number, foot)
    assert asked(pieces, foot) > MOST
