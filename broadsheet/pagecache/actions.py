"""Purging and warming: which pages went stale, which to bake soon, and which nodes still have to apply a purge."""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils.translation import gettext as _

from broadsheet.bakery.snapshot import Snapshot
from broadsheet.bakery.store import Store
from broadsheet.core.failures import outcome_of
from broadsheet.pagecache.cdn import acknowledged, cdn_may_be_stale, purging_urls, send_at_once
from broadsheet.pagecache.errors import StillBaked
from broadsheet.pagecache.keys import EVERYTHING
from broadsheet.pagecache.models import Effect, Node, Purge
from broadsheet.pagecache.tasks import enqueue_bake, enqueued_paths

__all__ = [
    "EVERYTHING",
    "apply_purges_of_triggers",
    "catch_up",
    "cdn_may_be_stale",
    "deregister",
    "heartbeat",
    "lagging_nodes",
    "purge",
    "remove_expired",
    "snapshot",
    "soft_purge",
    "store",
    "warm",
]

logger = logging.getLogger(__name__)

_WRITES = re.compile(r'\s*(INSERT|UPDATE|DELETE)\s+(?:(?:INTO|FROM)\s+)?"?(\w+)', re.IGNORECASE)
_fire_triggers: set[tuple[str, str]] = set()
MAX_SYNCHRONOUS = 500  # pages that are made stale while the actor waits; more of them are left to the worker


def store() -> Store:
    """Return the baked pages of this machine."""
    return Store(settings.BAKED_PAGES, settings.BAKED_PAGES_LIMIT)


def purge(*keys: str) -> None:
    """Purge every page with any of these keys: in the caller's transaction, and from the disk once it commits.

    When the outermost transaction has returned, no request that starts gets a purged page from this machine. Raises
    StillBaked at that moment if the pages cannot be removed; the change itself is stored.
    """
    _record(keys, Effect.HARD)


def soft_purge(*keys: str) -> None:
    """Purge every page with any of these keys after a change that only adds to pages: stale copies may be sent.

    The next request renders the page, and those that come during the rendering may get the stale copy. Where very many
    pages have these keys, they stay as they are until the worker has come to them, within a second or two: purge
    the pages that the actor looks at next by a call of its own.
    """
    _record(keys, Effect.SOFT)


def _record(keys: Iterable[str], effect: Effect) -> None:
    if not keys:
        return
    with transaction.atomic():
        recorded = Purge.objects.record(set(keys), effect)
        transaction.on_commit(partial(_apply_at_once, [recorded]))


def apply_purges_of_triggers(statements: Iterable[tuple[str, str]]) -> None:
    """Apply, as `purge` does, the purges that triggers record after these statements and no others.

    A statement is a pair of a verb and a table.

    A trigger fires whatever program writes to the table. What this process writes is gone when its transaction has
    returned; what another program writes, once the worker has read the log (ADR 34).
    """
    _fire_triggers.clear()
    _fire_triggers.update(statements)
    connection_created.connect(_watch_connection)


def _watch_connection(connection: BaseDatabaseWrapper, **_: object) -> None:
    if _look_for_purges not in connection.execute_wrappers:
        # First, because connection.execute_wrapper() removes the last one when its block ends.
        connection.execute_wrappers.insert(0, _look_for_purges)


def _look_for_purges(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    match = _WRITES.match(sql)
    if match is None or (match[1].upper(), match[2]) not in _fire_triggers:
        return execute(sql, params, many, context)
    last = Purge.objects.last_id()
    result = execute(sql, params, many, context)
    # In the order of ids, not of commits: a purge that another machine has committed meanwhile is applied as well.
    if recorded := list(Purge.objects.filter(pk__gt=last)):
        transaction.on_commit(partial(_apply_at_once, recorded))
    return result


def _apply_at_once(recorded: Sequence[Purge]) -> None:
    purges = [purge for purge in recorded if not _can_wait(purge)]
    keys = {key for purge in purges for key in purge.keys.split()}
    try:
        _apply(purges)
    except OSError as error:
        logger.exception("Pages with the keys %s could not be removed.", " ".join(sorted(keys)))
        raise StillBaked(
            _(
                "Your change is saved, but the old version of some pages could not be deleted from the server’s disk "
                "(%(cause)s). Another attempt follows automatically; please tell the operator."
            )
            % {"cause": error.strerror or error}
        ) from error
    send_at_once(keys)


def _can_wait(purge: Purge) -> bool:
    return purge.effect == Effect.SOFT and len(store().names_with_keys(purge.keys.split())) > MAX_SYNCHRONOUS


def _apply(purges: Sequence[Purge]) -> int:
    """Apply the purges that were not applied here yet, hard ones first, and return their number."""
    soft = [purge for purge in purges if purge.effect == Effect.SOFT]
    hard = [purge for purge in purges if purge.effect != Effect.SOFT]
    return _apply_effect(hard, Effect.HARD) + _apply_effect(soft, Effect.SOFT)


def _apply_effect(purges: Sequence[Purge], effect: Effect) -> int:
    """Apply purges of one effect. Actor and consumer come to it at the same time, and only the first does it."""
    if not purges:
        return 0
    pages, ids = store(), [purge.pk for purge in purges]
    with pages.applying(ids):
        applied = pages.applied_purges(ids)
        missing = [purge for purge in purges if purge.pk not in applied]
        keys = {key for purge in missing for key in purge.keys.split()}
        with purging_urls(pages, keys):
            (pages.purge if effect == Effect.HARD else pages.soft_purge)(keys)
        pages.mark_applied(ids)
    return len(missing)


def warm(*paths: str) -> None:
    """Have a worker bake these pages before a reader asks; call it after the purges of the same change.

    The actor does not wait for it and nothing depends on it: if the task cannot be enqueued, the first reader's request
    bakes the page.
    """

    def enqueue() -> None:
        # Only after the commit, when stale pages are off the disk: a worker would find them there.
        enqueued = enqueued_paths()
        cold = [path for path in dict.fromkeys(paths) if path not in enqueued]
        if cold:
            enqueue_bake(cold)

    transaction.on_commit(enqueue, robust=True)


def catch_up() -> int:
    """Apply here the purges of other machines, and of processes that were killed; return their number.

    A folder that may have missed any purge is emptied. A purge that cannot be applied keeps this machine from
    confirming it, and delays no other purge. Raises DatabaseError, OSError.
    """
    pages, now = store(), Purge.objects.snapshot()
    applied = pages.applied_snapshot()
    if applied is None or applied.next > now.next:  # the latter after the database was restored from a backup
        pages.clear()
        missed = []
    else:
        missed = Purge.objects.between(applied, now)
    count = _apply_missed(missed)
    if applied != now:
        pages.save_applied_snapshot(now)
    if missed:
        heartbeat()
    return count


def _apply_missed(missed: Sequence[Purge]) -> int:
    """Apply purges together; where that fails, one by one, and then raise the exception of the first that failed."""
    counts: list[int] = []
    if outcome_of(lambda: counts.append(_apply(missed))) is not None:
        errors = [outcome_of(lambda: counts.append(_apply([purge]))) for purge in missed]  # noqa: B023 - called at once
        for error in filter(None, errors):
            raise error
    return sum(counts)


def heartbeat() -> None:
    """Record up to which snapshot this machine, and the caches in front of it, have applied all purges.

    Raises DatabaseError, OSError.
    """
    pages = store()
    applied = pages.applied_snapshot()
    if applied is not None:
        Node.objects.acknowledge(pages.node_name(), acknowledged(applied))


def deregister() -> None:
    """Remove this machine from the nodes, because it stops serving. Raises DatabaseError, OSError."""
    Node.objects.filter(name=store().node_name()).delete()


def lagging_nodes(upto: Snapshot | None = None) -> list[Node]:
    """Return the other nodes that may still serve pages purged by now, or up to a snapshot. It does not wait for them.

    A machine whose own folder cannot be read counts as another node.
    """
    try:
        own = store().node_name()
    except OSError:
        own = ""
    return Node.objects.lagging(but=own, upto=upto)


def snapshot() -> Snapshot:
    """Return the snapshot of this moment, for a later question whether all nodes have applied what it includes."""
    return Purge.objects.snapshot()


def remove_expired(now: float) -> int:
    """Remove the pages that have expired by `now`, in seconds since the epoch, and those for which there is no room.

    Return their number.
    """
    pages = store()
    return pages.remove_expired(now) + pages.make_room()
