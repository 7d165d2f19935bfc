"""What other rooms say to the page cache: who may see what is being rendered, and what went stale."""

import logging
import time
from collections.abc import Iterable, Sequence
from functools import partial

from django.conf import settings
from django.db import transaction

from broadsheet.pagecache.errors import StillBaked
from broadsheet.pagecache.models import Effect, Node, Purge
from broadsheet.pagecache.store import Store
from broadsheet.pagecache.surrogates import EVERYTHING
from broadsheet.pagecache.tasks import bake_soon, waiting
from broadsheet.pagecache.telling import acknowledged, cdn_may_be_stale, tell_at_once, telling_addresses

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

LOOK_EVERY = 0.02  # seconds, while other machines are waited for
AT_ONCE = 500  # pages that somebody waits for while they are renewed; more of them are left to the worker


def store() -> Store:
    """The pages of this machine."""
    return Store(settings.BAKED_PAGES)


def purge(*keys: str) -> None:
    """Makes every page with one of these keys stale: in the caller's transaction, and off the disk once it commits.

    When the outermost transaction has returned, no request that starts gets one of them from this machine. Raises
    StillBaked, then, where the pages cannot be removed; the change itself is stored.
    """
    _write(keys, Effect.REMOVED)


def soft_purge(*keys: str) -> None:
    """The same where the change removes nothing from any page: the previous version is not wrong, only incomplete.

    The next who asks gets the new one; who asks while that is rendered for somebody else may get the previous one.
    Where very many pages have one of the keys, they stand as they are until the worker has come to them, within a
    second or two: name what the actor looks at next in a call of its own.
    """
    _write(keys, Effect.RENEWED)


def _write(keys: Iterable[str], effect: Effect) -> None:
    if not keys:
        return
    with transaction.atomic():
        written = Purge.objects.write(set(keys), effect)
        transaction.on_commit(partial(_carry_out_at_once, written))


def _carry_out_at_once(purge: Purge) -> None:
    if _can_wait(purge):
        return
    try:
        _carry_out([purge])
    except OSError as error:
        logger.exception("Pages with the keys %s could not be removed.", purge.keys)
        raise StillBaked(
            "Your change is stored, but pages that show the old state could not be removed from this machine's disk "
            f"({error.strerror or error}). The operator has to look at the folder of baked pages; it is tried again by "
            "itself."
        ) from error
    tell_at_once(purge.keys.split())


def _can_wait(purge: Purge) -> bool:
    return purge.effect == Effect.RENEWED and len(store().having(purge.keys.split())) > AT_ONCE


def _carry_out(purges: Sequence[Purge]) -> int:
    """Carries out what nobody has carried out here yet, and returns how many purges that were; removals come first."""
    return sum(_carry_out_alike([one for one in purges if one.effect == effect], effect) for effect in Effect)


def _carry_out_alike(purges: Sequence[Purge], effect: Effect) -> int:
    """Whoever follows the log and whoever made a purge come to it at the same moment: one of them does it."""
    if not purges:
        return 0
    pages, numbers = store(), [one.pk for one in purges]
    with pages.carrying_out(numbers):
        done = pages.done(numbers)
        left = [one for one in purges if one.pk not in done]
        keys = {key for one in left for key in one.keys.split()}
        with telling_addresses(pages, keys):
            (pages.remove if effect == Effect.REMOVED else pages.soft_purge)(keys)
        pages.note_done(numbers)
    return len(left)


def warm(*paths: str) -> None:
    """Has these pages baked by a worker, on its machine, before a reader asks; said after what makes them stale.

    Nobody waits for it, and nothing depends on it: where it cannot be noted, the first reader bakes them.
    """

    def note() -> None:
        """Only after the commit, when what was stale is off the disk: else a worker would find it there still."""
        expected = waiting()
        cold = [path for path in dict.fromkeys(paths) if path not in expected]
        if cold:
            bake_soon(cold)

    transaction.on_commit(note, robust=True)


def catch_up() -> int:
    """Carries out here what was purged elsewhere, or by a process that was killed; returns how many purges that were.

    A folder of which nobody knows what it has missed is emptied. Raises DatabaseError, OSError.
    """
    pages, now = store(), Purge.objects.position()
    seen = pages.seen()
    if seen is None or seen.next > now.next:
        pages.clear()
        missed = []
    else:
        missed = Purge.objects.between(seen, now)
    left = _carry_out(missed) if missed else 0
    if seen != now:
        pages.note_seen(now)
    if missed:
        heartbeat()
    return left


def heartbeat() -> None:
    """Tells the others up to which moment this machine has carried out everything, and what stands before it has heard.

    Raises DatabaseError, OSError.
    """
    pages = store()
    seen = pages.seen()
    if seen is not None:
        Node.objects.acknowledge(pages.node(), acknowledged(seen))


def deregister() -> None:
    """Says that this machine answers nobody any more, so that nobody waits for it. Raises DatabaseError, OSError."""
    Node.objects.filter(name=store().node()).delete()


def lagging_nodes(patience: float = 0.0) -> list[Node]:
    """The other machines that may still show what is purged by now; waits so many seconds for them at most.

    Where this machine's own folder is out of order, it is one of them.
    """
    try:
        own = store().node()
    except OSError:
        own = ""
    until = time.monotonic() + patience
    while (late := Node.objects.lagging(but=own)) and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
    return late


def remove_expired(now: float) -> int:
    """Removes the pages that time alone has made wrong by `now`, in seconds since the epoch; returns how many."""
    return store().remove_expired(now)
