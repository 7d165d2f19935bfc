"""The purges between two snapshots are exactly those that have committed between them, whenever they began."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from broadsheet.bakery.snapshot import Snapshot
from broadsheet.pagecache.models import Effect, Purge

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

BY_HAND = """
INSERT INTO pagecache_purge (transaction, keys, effect, made_at)
VALUES (pg_current_xact_id()::text::bigint, %s, 'hard', now())
"""


def write(*keys: str) -> None:
    with transaction.atomic():
        Purge.objects.record(keys, Effect.HARD)


def keys_between(then: Snapshot, now: Snapshot) -> set[str]:
    """The keys by both methods, which must agree."""
    keys = Purge.objects.keys_between(then, now)
    assert {key for purge in Purge.objects.between(then, now) for key in purge.keys.split()} == keys
    return keys


@contextmanager
def another_transaction(keys: str) -> Iterator[None]:
    """Records a purge in a transaction that begins before the block and commits after it."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(BY_HAND, [keys])
        yield
        other.commit()
    finally:
        other.close()


def test_the_keys_between_two_snapshots_are_those_of_every_purge_between_and_no_other() -> None:
    write("article:1", "before")
    then = Purge.objects.snapshot()
    write("article:2", "section:3", "comments:2")
    write("section:4")
    now = Purge.objects.snapshot()
    write("after")
    assert keys_between(then, now) == {"article:2", "section:3", "comments:2", "section:4"}
    assert keys_between(now, now) == set()


def test_a_purge_is_included_in_a_snapshot_of_its_own_transaction() -> None:
    then = Purge.objects.snapshot()
    with transaction.atomic():
        Purge.objects.record(["own"], Effect.HARD)
        assert keys_between(then, Purge.objects.snapshot()) == {"own"}


# On SQLite one transaction that writes keeps out all others.
several_write = pytest.mark.postgres


@several_write
def test_a_purge_that_began_before_and_commits_between_is_included() -> None:
    with another_transaction("late"):
        then = Purge.objects.snapshot()
        write("quick")
        meanwhile = Purge.objects.snapshot()
        assert keys_between(then, meanwhile) == {"quick"}
    now = Purge.objects.snapshot()
    assert keys_between(meanwhile, now) == {"late"}, "and no purge is included twice"
    assert keys_between(then, now) == {"late", "quick"}
    assert keys_between(then, meanwhile) == {"quick"}, "whenever the query is made"


@several_write
def test_a_purge_that_has_not_committed_is_not_included() -> None:
    then = Purge.objects.snapshot()
    with another_transaction("late"):
        write("quick")
        assert keys_between(then, Purge.objects.snapshot()) == {"quick"}


def test_a_wrapper_of_statements_is_removed_again_also_where_its_block_opens_the_connection() -> None:
    other = connection.copy()
    with other.execute_wrapper(lambda execute, *rest: execute(*rest)):
        usual = len(connection.execute_wrappers)
        other.connect()
    try:
        assert usual
        assert other.execute_wrappers == connection.execute_wrappers[:usual]
    finally:
        other.close()
