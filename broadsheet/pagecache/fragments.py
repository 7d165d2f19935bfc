"""Fragments that stand on many pages, kept in this process's memory while the purge log has nothing against them."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import connection

from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.position import Position
from broadsheet.pagecache.surrogates import EVERYTHING, cacheable, collected, depends_on, rendered

MOST = 1000  # then it begins anew
__all__ = ["FRAGMENTS", "FragmentCache", "cacheable", "cached", "depends_on"]

Made = TypeVar("Made")


@dataclass(frozen=True)
class _Piece:
    """A piece with the keys of what is on it, and until when it is right at most."""

    value: Any
    keys: frozenset[str]
    until: datetime | None


@dataclass(frozen=True)
class _Shelf:
    """Fragments that show everything that had been purged at one moment. They may show more, never less."""

    at: Position
    pieces: dict[Hashable, _Piece] = field(default_factory=dict)

    def moved_to(self, now: Position) -> "_Shelf":
        """The pieces that are right at another moment too; none where the log is not the one we know."""
        if now.next < self.at.next:
            return _Shelf(now)
        purged = Purge.objects.keys_between(self.at, now)
        pieces = self.pieces.copy()  # in one step: other threads still add to this shelf
        return _Shelf(now, {name: piece for name, piece in pieces.items() if not piece.keys & purged})


class FragmentCache:
    """The fragments of one process. A request sees them as they are right at the moment when it began."""

    def __init__(self) -> None:
        self.forget()

    def cached(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """A piece from memory, or made now; either way the answer shows what is on it.

        Made each time where nobody has asked the log before asking anything else, and within a transaction, which sees
        what nobody else does.
        """
        answer = rendered()
        if answer is None or answer.since is None or connection.in_atomic_block:
            return make()
        shelf = self._shelf_at(answer.since)
        piece = shelf.pieces.get(name)
        if piece is None or (piece.until and piece.until <= datetime.now(UTC)):
            piece = _made(make, since=answer.since)
            if len(shelf.pieces) >= MOST:
                shelf.pieces.clear()
            shelf.pieces[name] = piece
        depends_on(*piece.keys, until=piece.until)
        value: Made = piece.value
        return value

    def forget(self) -> None:
        """Begins anew."""
        self._shelf = _Shelf(Position.after(0))

    def _shelf_at(self, now: Position) -> _Shelf:
        """Return the shelf of one moment; another thread may put that of another moment in its place meanwhile."""
        shelf = self._shelf
        if shelf.at != now:
            shelf = self._shelf = shelf.moved_to(now)
        return shelf


def _made(make: Callable[[], Any], *, since: Position) -> _Piece:
    with collected() as shown:
        shown.since = since
        value = make()
    return _Piece(value, frozenset({EVERYTHING, *shown.keys}), shown.until)


FRAGMENTS = FragmentCache()
cached = FRAGMENTS.cached
