"""Purging and warming: which pages went stale, which to bake soon, and which nodes still have to apply a purge."""

import logging
import time
from collections.abc import Iterable, Sequence
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.bakery.store import Store
from broadsheet.pagecache.cdn import acknowledged, cdn_may_be_stale, purging_urls, send_at_once
from broadsheet.pagecache.errors import StillBaked
from broadsheet.pagecache.keys import EVERYTHING
from broadsheet.pagecache.models import Effect, Node, Purge
from broadsheet.pagecache.tasks import enqueue_bake, enqueued_paths

__all__ = [
    "EVERYTHING",
    "catch_up",
    "cdn_may_be_stale",
    "deregister",
    "heartbeat",
    "lagging_nodes",
    "purge",
    "remove_expired",
    "soft_purge",
    "store",
    "warm",
]

logger = logging.getLogger(__name__)

POLL_INTERVAL = 0.02  # seconds between two looks at the nodes that lag
MAX_SYNCHRONOUS = 500  # pages that are made stale while the actor waits; more of them are left to the worker


def store() -> Store:
    """Return the baked pages of this machine."""
    return Store(settings.BAKED_PAGES)


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
        transaction.on_commit(partial(_apply_at_once, recorded))


def _apply_at_once(purge: Purge) -> None:
    if _can_wait(purge):
        return
    try:
        _apply([purge])
    except OSError as error:
        logger.exception("Pages with the keys %s could not be removed.", purge.keys)
        raise StillBaked(
            _(
                "Your change is saved, but the old version of some pages could not be deleted from the server’s disk "
                "(%(cause)s). Another attempt follows automatically; please tell the operator."
            )
            % {"cause": error.strerror or error}
        ) from error
    send_at_once(purge.keys.split())


def _can_wait(purge: Purge) -> bool:
    return purge.effect == Effect.SOFT and len(store().names_with_keys(purge.keys.split())) > MAX_SYNCHRONOUS


def _apply(purges: Sequence[Purge]) -> int:
    """Apply the purges that were not applied here yet, hard ones first, and return their number."""
    return sum(_apply_effect([purge for purge in purges if purge.effect == effect], effect) for effect in Effect)


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

    A folder that may have missed any purge is emptied. Raises DatabaseError, OSError.
    """
    pages, now = store(), Purge.objects.snapshot()
    applied = pages.applied_snapshot()
    if applied is None or applied.next > now.next:  # the latter after the database was restored from a backup
        pages.clear()
        missed = []
    else:
        missed = Purge.objects.between(applied, now)
    count = _apply(missed) if missed else 0
    if applied != now:
        pages.save_applied_snapshot(now)
    if missed:
        heartbeat()
    return count


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


def lagging_nodes(patience: float = 0.0) -> list[Node]:
    """Return the other nodes that may still serve purged pages, after waiting `patience` seconds for them at most.

    A machine whose own folder cannot be read counts as another node.
    """
    try:
        own = store().node_name()
    except OSError:
        own = ""
    deadline = time.monotonic() + patience
    while (lagging := Node.objects.lagging(but=own)) and time.monotonic() < deadline:
        time.sleep(POLL_INTERVAL)
    return lagging


def remove_expired(now: float) -> int:
    """Remove the pages that have expired by `now`, in seconds since the epoch; return their number."""
    return store().remove_expired(now)
