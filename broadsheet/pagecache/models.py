"""The purge log: what went stale, in the order of commits; and the machines that have to carry it out.

The log is short-lived: nodes that saw it need it no more. On SQLite there is one machine, and no list of them.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from broadsheet.pagecache.position import Position

KEPT_FOR = timedelta(days=7)
CHANNEL = "broadsheet_purges"  # on which PostgreSQL says that something was purged


class Effect(models.TextChoices):
    """What a purge does to the pages it meets."""

    REMOVED = "removed", "gone at once"
    RENEWED = "renewed", "rendered anew; until then the previous version is not wrong"


class PurgeQuerySet(models.QuerySet["Purge"]):
    """Purges by when they came."""

    def write(self, keys: Iterable[str], effect: Effect) -> "Purge":
        """Writes down, in the caller's transaction, that everything with one of these keys is stale once it commits.

        On PostgreSQL everybody who listens is told at that moment.
        """
        if is_shared():
            _ask("SELECT pg_notify(%s, '')", CHANNEL)
        return self.create(keys=" ".join(sorted(keys)), transaction=_this_transaction(), effect=effect)

    def position(self) -> Position:
        """What is committed now; every query that follows sees at least that."""
        if is_shared():
            snapshot, own = _ask("SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text")
            return Position.parse(snapshot, own=int(own) if own else None)
        return Position.after(int(_ask("SELECT COALESCE(MAX(id), 0) FROM pagecache_purge")[0]))

    def between(self, then: Position, now: Position) -> list["Purge"]:
        """What was purged after one moment and before another."""
        number = "transaction" if is_shared() else "pk"  # their place in the order of commits
        listed = self.filter(**{f"{number}__gte": then.oldest, f"{number}__lt": _end_of(now)})
        return [one for one in listed if now.saw(getattr(one, number)) and not then.saw(getattr(one, number))]

    def keys_between(self, then: Position, now: Position) -> set[str]:
        """The keys of that. SQL written by hand: nearly every page asks, and Django takes longer than the database."""
        number = "transaction" if is_shared() else "id"
        question = f'SELECT "{number}", keys FROM pagecache_purge WHERE "{number}" >= %s AND "{number}" < %s'  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(question, [then.oldest, _end_of(now)])
            listed = cursor.fetchall()
        return {key for one, keys in listed if now.saw(one) and not then.saw(one) for key in keys.split()}

    def outdated(self) -> "PurgeQuerySet":
        """Those that no node can still need; the last one stays, since the count goes on from it."""
        last = self.aggregate(last=models.Max("pk"))["last"] or 0
        return self.filter(made_at__lt=timezone.now() - KEPT_FOR, pk__lt=last)


class Purge(models.Model):
    """One entry of the log. `transaction` is PostgreSQL's number of it; on SQLite the row's own number does."""

    transaction = models.BigIntegerField(null=True, db_index=True)
    keys = models.TextField()
    effect = models.CharField(max_length=10, choices=Effect.choices, default=Effect.REMOVED)
    made_at = models.DateTimeField(default=timezone.now)

    objects = PurgeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"purge of {self.keys}"


class NodeQuerySet(models.QuerySet["Node"]):
    """The paper's machines."""

    def acknowledge(self, name: str, seen: Position) -> None:
        """Notes what a machine says: up to which moment it has carried out everything."""
        if is_shared():
            self.update_or_create(name=name, defaults={"seen": str(seen), "heard_at": timezone.now()})

    def lagging(self, *, but: str) -> list["Node"]:
        """The machines but one that have not yet carried out what is purged by now."""
        others = list(self.exclude(name=but).order_by("name")) if is_shared() else []
        now = Purge.objects.position() if others else None
        return [node for node in others if now and Purge.objects.between(Position.parse(node.seen), now)]

    def silent(self) -> "NodeQuerySet":
        """Those that nobody has heard of for so long that they would begin anew if they came back."""
        return self.filter(heard_at__lt=timezone.now() - KEPT_FOR)


class Node(models.Model):
    """A machine that answers readers from pages of its own. It is one until it says that it ends, cut off or not."""

    name = models.CharField(max_length=60, unique=True)
    seen = models.TextField()
    heard_at = models.DateTimeField()

    objects = NodeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


def is_shared() -> bool:
    """Whether several machines may work with this database."""
    return connection.vendor == "postgresql"


def _end_of(now: Position) -> int:
    """What is below may have been seen at this moment."""
    return max(now.next, (now.own or 0) + 1)


def _this_transaction() -> int | None:
    return int(_ask("SELECT pg_current_xact_id()::text")[0]) if is_shared() else None


def _ask(question: str, *given: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        answer: tuple[Any, ...] = cursor.fetchone()
        return answer
