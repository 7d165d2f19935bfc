"""The surrogate keys of a response: views and template tags add them, and the page server stores them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime

from broadsheet.bakery.snapshot import Snapshot


@dataclass
class Surrogates:
    """The keys of one response, the moment it expires, and whether a view declared it cacheable.

    `snapshot` is that of the purge log before the first query of the request; None if it was not taken.
    """

    snapshot: Snapshot | None = None
    keys: set[str] = field(default_factory=set)
    until: datetime | None = None
    is_cacheable: bool = False


_current: ContextVar[Surrogates | None] = ContextVar("surrogates", default=None)


def current() -> Surrogates | None:
    """Return the surrogates of the response being rendered; None where they are not collected."""
    return _current.get()


@contextmanager
def collected() -> Iterator[Surrogates]:
    """Collect the surrogates of what is rendered during the block."""
    surrogates = Surrogates()
    token = _current.set(surrogates)
    try:
        yield surrogates
    finally:
        _current.reset(token)


def cacheable(*keys: str, until: datetime | None = None) -> None:
    """Declare, from a view, that the response is the same for every reader; keys and `until` as in `depends_on`."""
    surrogates = _current.get()
    if surrogates is not None:
        surrogates.is_cacheable = True
    depends_on(*keys, until=until)


def depends_on(*keys: str, until: datetime | None = None) -> None:
    """Add keys to the response being rendered, and the moment from which on it is wrong by the clock alone.

    A moment in the past is ignored: so call this before comparing the moment with the clock, not after it.
    """
    surrogates = _current.get()
    if surrogates is None:
        return
    surrogates.keys.update(keys)
    if until is not None and until > datetime.now(UTC):
        surrogates.until = min(until, surrogates.until or until)


def take_snapshot(snapshot: Callable[[], Snapshot]) -> None:
    """Take the snapshot before the first query of the request, if surrogates are collected."""
    surrogates = _current.get()
    if surrogates is not None:
        surrogates.snapshot = snapshot()
