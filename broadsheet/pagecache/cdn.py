"""The purges sent to the caches in front: each at once, and again when no stale response can be on its way any more.

A cache may be fetching a page at the very moment at which the page is purged, and store it afterwards. So every purge
is sent twice, and is pending until the second time (ADR 19). The state lies in a file of the machine's folder; without
it everything is purged.
"""

import json
import logging
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from broadsheet.bakery.pages import page_path
from broadsheet.bakery.snapshot import Snapshot
from broadsheet.bakery.store import Store
from broadsheet.pagecache.edge import Edge, edge
from broadsheet.pagecache.errors import CdnPurgeFailed
from broadsheet.pagecache.keys import EVERYTHING
from broadsheet.pagecache.models import Purge

logger = logging.getLogger(__name__)

FILE = "cdn.json"
SHORT_TIMEOUT = 2.0  # seconds for each cache, while the actor waits for the response
TIMEOUT = 10.0  # seconds, in the background
MAX_KEYS = 1000  # with more of them everything is purged


@dataclass(frozen=True)
class PurgeState:
    """The snapshots of the purge log that the caches in front have received.

    Purges in `sent` were sent once. Purges in `confirmed` were sent twice, so that no cache can store a stale page any
    more; those in `pending` are sent the second time when they are `due`, in seconds since the epoch.
    """

    sent: Snapshot | None = None
    confirmed: Snapshot | None = None
    pending: Snapshot | None = None
    due: float = 0.0

    @classmethod
    def read(cls) -> "PurgeState":
        """Return the state of this machine; an empty one if its file cannot be read, or has other fields."""
        with suppress(OSError, ValueError, TypeError):
            fields = json.loads(_file().read_text())
            due = float(fields.pop("due"))
            return cls(**{name: Snapshot.parse(text) for name, text in fields.items() if text}, due=due)
        return cls()

    def write(self) -> None:
        """Write the file; raise OSError."""
        snapshots = {"sent": self.sent, "confirmed": self.confirmed, "pending": self.pending}
        fields = {name: str(snapshot or "") for name, snapshot in snapshots.items()}
        _file().parent.mkdir(parents=True, exist_ok=True)
        temporary = _file().with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({**fields, "due": self.due}))
        temporary.replace(_file())


def send_purges(now: Snapshot) -> bool:
    """Send what this machine has purged up to a snapshot, and return whether there was a purge to send.

    Raises CdnPurgeFailed, whereupon the purges are sent the next time; OSError; DatabaseError.
    """
    front, state = edge(), PurgeState.read()
    if not front.stores_pages:
        return False
    keys = _purged_keys(state.sent, now)
    if keys:
        front.purge(keys, timeout=TIMEOUT)
    following = _confirmed(front, replace(state, sent=now))
    if following != state:
        following.write()
    return bool(keys)


def _confirmed(front: Edge, state: PurgeState) -> PurgeState:
    """Send the pending purges again if they are due, and return the state after that."""
    if state.pending is None:
        if state.sent and not _purged_keys(state.confirmed, state.sent):
            return replace(state, confirmed=state.sent)
        return replace(state, pending=state.sent, due=time.time() + front.confirmed_after)
    if 0 < state.due - time.time() <= front.confirmed_after:  # neither due nor put off by a clock that was set back
        return state
    front.purge(_purged_keys(state.confirmed, state.pending), timeout=TIMEOUT)
    return replace(state, confirmed=state.pending, pending=None)


def send_at_once(keys: Collection[str]) -> None:
    """Send a purge while the actor waits; if it fails, the purge consumer sends it again."""
    try:
        edge().purge(keys, timeout=SHORT_TIMEOUT)
    except CdnPurgeFailed as error:
        logger.warning("A cache in front did not hear at once that pages are stale (%s); it is told again.", error)


@contextmanager
def purging_urls(pages: Store, keys: Collection[str]) -> Iterator[None]:
    """Send to caches that know URLs only the paths of the pages that the block removes.

    Correctness does not depend on it, since no list of a page's URLs is complete: such a cache stores it for a minute.
    """
    front = edge()
    names = pages.names_with_keys(keys) if front.purges_urls else []
    yield
    try:
        front.purge_paths(map(page_path, names))
    except DatabaseError as error:
        logger.warning("The caches in front were not told which pages are stale (%s).", error)


def acknowledged(applied: Snapshot) -> Snapshot:
    """Return the snapshot up to which all purges were applied on this machine and sent to the caches in front."""
    return (PurgeState.read().sent or Snapshot.after(0)) if edge().stores_pages else applied


def cdn_may_be_stale() -> bool:
    """Return whether a cache in front may still have a page that was purged by now. Raises DatabaseError."""
    return edge().stores_pages and bool(_purged_keys(PurgeState.read().confirmed, Purge.objects.snapshot()))


def _purged_keys(since: Snapshot | None, now: Snapshot) -> set[str]:
    if since is None or since.next > now.next:
        return {EVERYTHING}
    keys = Purge.objects.keys_between(since, now)
    return keys if len(keys) <= MAX_KEYS else {EVERYTHING}


def _file() -> Path:
    return Path(settings.BAKED_PAGES) / FILE
