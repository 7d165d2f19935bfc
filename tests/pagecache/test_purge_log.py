"""What was purged between two moments: all of it, nothing else, in the order of commits and not of beginnings."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from broadsheet.pagecache.models import Effect, Purge
from broadsheet.pagecache.position import Position

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

BY_HAND = """
INSERT INTO pagecache_purge (transaction, keys, effect, made_at)
VALUES (pg_current_xact_id()::text::bigint, %s, 'removed', now())
"""


def write(*keys: str) -> None:
    with transaction.atomic():
        Purge.objects.write(keys, Effect.REMOVED)


def keys_between(then: Position, now: Position) -> set[str]:
    """Both ways to ask must say the same."""
    told = Purge.objects.keys_between(then, now)
    assert {key for purge in Purge.objects.between(then, now) for key in purge.keys.split()} == told
    return told


@contextmanager
def somebody_else(keys: str) -> Iterator[None]:
    """Purges in a transaction that begins before the block and commits after it."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(BY_HAND, [keys])
        yield
        other.commit()
    finally:
        other.close()


def test_every_key_of_every_purge_since_is_told_and_none_from_before_or_after() -> None:
    write("article:1", "before")
    then = Purge.objects.position()
    write("article:2", "section:3", "comments:2")
    write("section:4")
    now = Purge.objects.position()
    write("after")
    assert keys_between(then, now) == {"article:2", "section:3", "comments:2", "section:4"}
    assert keys_between(now, now) == set()


def test_a_purge_of_ones_own_transaction_is_seen_in_it() -> None:
    then = Purge.objects.position()
    with transaction.atomic():
        Purge.objects.write(["own"], Effect.REMOVED)
        assert keys_between(then, Purge.objects.position()) == {"own"}


# On SQLite one transaction that writes keeps out all others.
several_write = pytest.mark.postgres


@several_write
def test_what_began_before_and_commits_between_is_told() -> None:
    with somebody_else("late"):
        then = Purge.objects.position()
        write("quick")
        meanwhile = Purge.objects.position()
        assert keys_between(then, meanwhile) == {"quick"}
    now = Purge.objects.position()
    assert keys_between(meanwhile, now) == {"late"}, "and what was told is not told again"
    assert keys_between(then, now) == {"late", "quick"}
    assert keys_between(then, meanwhile) == {"quick"}, "whenever that is asked"


@several_write
def test_what_is_not_committed_yet_is_not_told() -> None:
    then = Purge.objects.position()
    with somebody_else("late"):
        write("quick")
        assert keys_between(then, Purge.objects.position()) == {"quick"}
