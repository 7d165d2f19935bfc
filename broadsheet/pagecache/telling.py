"""What the caches in front have been told: at once, and again when nothing old can be on its way to them any more.

A cache may be fetching a page at the very moment at which it is told that the page is stale, and store it afterwards.
So everything is said twice, and until the second time a purge counts as pending. What has been said stands in a file
of the machine's folder; without it everything is called stale.
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

from broadsheet.pagecache.edge import Edge, edge
from broadsheet.pagecache.errors import NotTold
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.pages import path_of
from broadsheet.pagecache.position import Position
from broadsheet.pagecache.store import Store
from broadsheet.pagecache.surrogates import EVERYTHING

logger = logging.getLogger(__name__)

FILE = "in-front.json"
SHORTLY = 2.0  # seconds that somebody who waits for an answer waits for each of the caches
PATIENCE = 10.0  # seconds, where nobody waits
MANY = 1000  # keys; with more of them everything is called stale


@dataclass(frozen=True)
class Told:
    """Up to which moments the caches in front know what was purged.

    They have been told everything before `upto` once. Of what was purged before `settled` they can show nothing any
    more; the same will be so of `waiting` when it is `due`, in seconds since the epoch.
    """

    upto: Position | None = None
    settled: Position | None = None
    waiting: Position | None = None
    due: float = 0.0

    @classmethod
    def read(cls) -> "Told":
        """What this machine has noted; nothing where that cannot be read."""
        with suppress(OSError, ValueError, TypeError):
            noted = json.loads(_file().read_text())
            due = float(noted.pop("due"))
            return cls(**{name: Position.parse(text) for name, text in noted.items() if text}, due=due)
        return cls()

    def write(self) -> None:
        """Notes it; raises OSError."""
        moments = {"upto": self.upto, "settled": self.settled, "waiting": self.waiting}
        noted = {name: str(moment or "") for name, moment in moments.items()}
        _file().parent.mkdir(parents=True, exist_ok=True)
        beside = _file().with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps({**noted, "due": self.due}))
        beside.replace(_file())


def tell(now: Position) -> bool:
    """Tells the caches in front what this machine has removed by now; returns whether there was anything to tell.

    Raises NotTold, and then tells them the next time; OSError; DatabaseError.
    """
    front, told = edge(), Told.read()
    if not front.keeps:
        return False
    news = _stale(told.upto, now)
    if news:
        front.tell(news, patience=PATIENCE)
    then = _settled(front, replace(told, upto=now))
    if then != told:
        then.write()
    return bool(news)


def _settled(front: Edge, told: Told) -> Told:
    """Says again what was said some time ago."""
    if told.waiting is None:
        if told.upto and not _stale(told.settled, told.upto):
            return replace(told, settled=told.upto)
        return replace(told, waiting=told.upto, due=time.time() + front.settled_after)
    if 0 < told.due - time.time() <= front.settled_after:
        return told
    front.tell(_stale(told.settled, told.waiting), patience=PATIENCE)
    return replace(told, settled=told.waiting, waiting=None)


def tell_at_once(keys: Collection[str]) -> None:
    """The same for somebody who waits for an answer; what fails is tried again by whoever follows the purge log."""
    try:
        edge().tell(keys, patience=SHORTLY)
    except NotTold as error:
        logger.warning("A cache in front did not hear at once that pages are stale (%s); it is told again.", error)


@contextmanager
def telling_addresses(pages: Store, keys: Collection[str]) -> Iterator[None]:
    """Tells those who know addresses only which pages the block takes away.

    Nobody has all addresses of a page, so nothing depends on this: they keep a page for a minute at most.
    """
    front = edge()
    names = pages.having(keys) if front.by_address else []
    yield
    try:
        front.tell_paths(map(path_of, names))
    except DatabaseError as error:
        logger.warning("The caches in front were not told which pages are stale (%s).", error)


def acknowledged(seen: Position) -> Position:
    """Up to which moment this machine has carried out everything, and those in front have heard of it."""
    return (Told.read().upto or Position.after(0)) if edge().keeps else seen


def cdn_may_be_stale() -> bool:
    """Whether a cache in front may still show what is purged by now. Raises DatabaseError."""
    return edge().keeps and bool(_stale(Told.read().settled, Purge.objects.position()))


def _stale(then: Position | None, now: Position) -> set[str]:
    if then is None or then.next > now.next:
        return {EVERYTHING}
    keys = Purge.objects.keys_between(then, now)
    return keys if len(keys) <= MANY else {EVERYTHING}


def _file() -> Path:
    return Path(settings.BAKED_PAGES) / FILE
