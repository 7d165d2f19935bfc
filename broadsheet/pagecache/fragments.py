"""The fragment cache: parts of pages in the memory of this process, valid until the purge log has one of their keys."""

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import connection
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from broadsheet.bakery.snapshot import Snapshot
from broadsheet.pagecache.keys import EVERYTHING
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import cacheable, collected, current, depends_on

__all__ = ["FRAGMENTS", "FragmentCache", "cacheable", "cached", "depends_on"]

MAX_FRAGMENTS = 1000  # a full cache is cleared

Value = TypeVar("Value")


@dataclass(frozen=True)
class _Fragment:
    value: Any
    keys: frozenset[str]
    until: datetime | None


@dataclass(frozen=True)
class _Generation:
    """The fragments that are fresh at one snapshot of the purge log. They may be newer than it, never older."""

    snapshot: Snapshot
    fragments: dict[Hashable, _Fragment] = field(default_factory=dict)

    def at(self, now: Snapshot) -> "_Generation":
        """Return the fragments that are fresh at another snapshot; none if that is of another database."""
        if now.next < self.snapshot.next:
            return _Generation(now)
        purged = Purge.objects.keys_between(self.snapshot, now)
        fragments = self.fragments.copy()  # in one step: other threads still add to this generation
        fresh = {name: fragment for name, fragment in fragments.items() if not fragment.keys & purged}
        return _Generation(now, fresh)


class FragmentCache:
    """The fragments of one process, of which each request gets those that are fresh at its own snapshot."""

    def __init__(self) -> None:
        self.clear()

    def cached(
        self, name: Hashable, render: Callable[[], Value], *, on: Collection[str] = (), is_localised: bool = False
    ) -> Value:
        """Return a fragment from the cache or rendered now, and add its keys to the response being rendered.

        With `is_localised` there is one for each language and time zone, because staff may have chosen their own.
        The keys in `on` are part of the fragment's name, and are added to those that `render` adds. Rendered each time
        where no snapshot was taken, and within a transaction, which sees rows that other requests do not see.
        """
        surrogates = current()
        if surrogates is None or surrogates.snapshot is None or connection.in_atomic_block:
            depends_on(*on)
            return render()
        if on:
            name = (name, *on)
        if is_localised:
            name = (name, get_language(), get_current_timezone_name())
        fragments = self._at(surrogates.snapshot).fragments
        fragment = fragments.get(name)
        if fragment is None or (fragment.until and fragment.until <= datetime.now(UTC)):
            fragment = _rendered(render, on, snapshot=surrogates.snapshot)
            if len(fragments) >= MAX_FRAGMENTS:
                fragments.clear()
            fragments[name] = fragment
        depends_on(*fragment.keys, until=fragment.until)
        value: Value = fragment.value
        return value

    def clear(self) -> None:
        """Evict all fragments."""
        self._generation = _Generation(Snapshot.after(0))

    def _at(self, now: Snapshot) -> _Generation:
        generation = self._generation  # another thread may replace it by that of another snapshot meanwhile
        if generation.snapshot != now:
            generation = self._generation = generation.at(now)
        return generation


def _rendered(render: Callable[[], Any], on: Collection[str], *, snapshot: Snapshot) -> _Fragment:
    with collected() as surrogates:
        surrogates.snapshot = snapshot
        value = render()
    return _Fragment(value, frozenset({EVERYTHING, *on, *surrogates.keys}), surrogates.until)


FRAGMENTS = FragmentCache()
cached = FRAGMENTS.cached
