"""The purge log, in the order of commits, and the nodes that have to apply it.

Purges are kept for a week: a node that was away for longer empties its folder. On SQLite there is one machine, and no
list of nodes.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from broadsheet.bakery.snapshot import Snapshot

__all__ = ["CHANNEL", "RETENTION", "Effect", "Node", "Purge", "Snapshot", "is_shared"]

RETENTION = timedelta(days=7)
SILENT_AFTER = timedelta(seconds=20)  # four heartbeats
CHANNEL = "broadsheet_purges"  # on which PostgreSQL notifies listeners of purges


class Effect(models.TextChoices):
    """The effect of a purge on the pages that have one of its keys."""

    HARD = "hard", "removed at once"
    SOFT = "soft", "made stale: rendered anew, and the stale copy may be sent meanwhile"


class PurgeQuerySet(models.QuerySet["Purge"]):
    """Purges by their place in the order of commits."""

    def record(self, keys: Iterable[str], effect: Effect) -> "Purge":
        """Record, in the caller's transaction, that pages with any of these keys are stale once it commits.

        PostgreSQL notifies all listeners at that moment.
        """
        if is_shared():
            _fetch_row("SELECT pg_notify(%s, '')", CHANNEL)
        return self.create(keys=" ".join(sorted(keys)), transaction=_current_transaction(), effect=effect)

    def snapshot(self) -> Snapshot:
        """Return the snapshot of this moment; every query that follows sees at least the transactions in it."""
        if is_shared():
            snapshot, own = _fetch_row("SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text")
            return Snapshot.parse(snapshot, own=int(own) if own else None)
        return Snapshot.after(self.last_id())

    def last_id(self) -> int:
        """Return the highest id of the purges that this transaction sees, or 0."""
        return int(_fetch_row("SELECT COALESCE(MAX(id), 0) FROM pagecache_purge")[0])

    def between(self, since: Snapshot, now: Snapshot) -> list["Purge"]:
        """Return the purges that one snapshot includes and an earlier one does not."""
        order = "transaction" if is_shared() else "pk"
        # Without the time, which nobody needs who applies them: a row that cannot be read would stop them all.
        purges = self.defer("made_at").filter(**{f"{order}__gte": since.oldest, f"{order}__lt": _end_of(now)})
        return [
            purge
            for purge in purges
            if now.includes(getattr(purge, order)) and not since.includes(getattr(purge, order))
        ]

    def keys_between(self, since: Snapshot, now: Snapshot) -> set[str]:
        """Return the keys of the purges between two snapshots."""
        # SQL by hand: nearly every page asks for this, and Django's ORM takes longer than the database.
        order = "transaction" if is_shared() else "id"
        query = f'SELECT "{order}", keys FROM pagecache_purge WHERE "{order}" >= %s AND "{order}" < %s'  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(query, [since.oldest, _end_of(now)])
            rows = cursor.fetchall()
        return {
            key
            for transaction, keys in rows
            if now.includes(transaction) and not since.includes(transaction)
            for key in keys.split()
        }

    def outdated(self) -> "PurgeQuerySet":
        """Return the purges that no node can need; the last of all stays, since its id goes on from there."""
        last = self.aggregate(last=models.Max("pk"))["last"] or 0
        return self.filter(made_at__lt=timezone.now() - RETENTION, pk__lt=last)


class Purge(models.Model):
    """A row of the purge log; `transaction` is PostgreSQL's id of it, null on SQLite, where the row's id serves."""

    transaction = models.BigIntegerField(null=True, db_index=True)
    keys = models.TextField()
    effect = models.CharField(max_length=10, choices=Effect.choices, default=Effect.HARD)
    made_at = models.DateTimeField(default=timezone.now)

    objects = PurgeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"purge of {self.keys}"


class NodeQuerySet(models.QuerySet["Node"]):
    """The nodes of the paper."""

    def acknowledge(self, name: str, snapshot: Snapshot) -> None:
        """Record the heartbeat of a node, with the snapshot up to which it has applied all purges."""
        if is_shared():
            fields = {"acknowledged": str(snapshot), "heartbeat_at": timezone.now()}
            self.update_or_create(name=name, defaults=fields)

    def lagging(self, *, but: str, upto: Snapshot | None = None) -> list["Node"]:
        """Return the nodes, but for the one of this name, that lack a purge committed by now, or in a snapshot."""
        others = list(self.exclude(name=but).order_by("name")) if is_shared() else []
        now = (upto or Purge.objects.snapshot()) if others else None
        return [node for node in others if now and Purge.objects.between(Snapshot.parse(node.acknowledged), now)]

    def silent(self) -> "NodeQuerySet":
        """Return the nodes without a heartbeat for so long that they would empty their folder if they came back."""
        return self.filter(heartbeat_at__lt=timezone.now() - RETENTION)


class Node(models.Model):
    """A machine that serves pages from a folder of its own. It is a node until it deregisters, cut off or not."""

    name = models.CharField(max_length=60, unique=True)
    acknowledged = models.TextField()
    heartbeat_at = models.DateTimeField()

    objects = NodeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_silent(self) -> bool:
        """Return whether the node has missed several heartbeats: it was killed, or cut off from the database."""
        return self.heartbeat_at < timezone.now() - SILENT_AFTER


def is_shared() -> bool:
    """Return whether several machines may work with this database."""
    return connection.vendor == "postgresql"


def _end_of(now: Snapshot) -> int:
    """Return the id below which all transactions are that a snapshot may include."""
    return max(now.next, (now.own or 0) + 1)


def _current_transaction() -> int | None:
    return int(_fetch_row("SELECT pg_current_xact_id()::text")[0]) if is_shared() else None


def _fetch_row(query: str, *parameters: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        row: tuple[Any, ...] = cursor.fetchone()
        return row
