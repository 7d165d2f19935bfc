"""What a page shows: views and template tags name keys while it is rendered, and the front reads them afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime

from broadsheet.pagecache.position import Position

EVERYTHING = "paper"  # a key of every page: what stands around each page's matter


@dataclass
class Surrogates:
    """The keys of one answer, until when it is right at most, and whether a view said that everybody may see it.

    `since` is what had been purged before the first question to the database; None where nobody knows.
    """

    since: Position | None = None
    keys: set[str] = field(default_factory=set)
    until: datetime | None = None
    for_everybody: bool = False


_rendered: ContextVar[Surrogates | None] = ContextVar("surrogates", default=None)


def rendered() -> Surrogates | None:
    """What has been named of the answer being made; None where nobody collects."""
    return _rendered.get()


@contextmanager
def collected() -> Iterator[Surrogates]:
    """Collects what is named until the block ends."""
    surrogates = Surrogates()
    token = _rendered.set(surrogates)
    try:
        yield surrogates
    finally:
        _rendered.reset(token)


def cacheable(*keys: str, until: datetime | None = None) -> None:
    """Says of the answer being made that it is the same for everybody, and what it shows; views say this."""
    surrogates = _rendered.get()
    if surrogates is not None:
        surrogates.for_everybody = True
    depends_on(*keys, until=until)


def depends_on(*keys: str, until: datetime | None = None) -> None:
    """Adds to what the answer being made shows, and the moment from which on time alone makes it wrong.

    A moment that is over changes nothing any more; so it is named before anybody looks whether it is over.
    """
    surrogates = _rendered.get()
    if surrogates is None:
        return
    surrogates.keys.update(keys)
    if until is not None and until > datetime.now(UTC):
        surrogates.until = min(until, surrogates.until or until)


def begins(position: Callable[[], Position]) -> None:
    """Asks for the position before anything else is asked, if somebody collects."""
    surrogates = _rendered.get()
    if surrogates is not None:
        surrogates.since = position()
