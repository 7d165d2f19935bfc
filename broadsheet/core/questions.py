"""Questions to the database whose SQL is written once: to write it takes Django longer than it takes to answer it."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql import Query

NOBODY = 2_147_483_629  # stands in the SQL where a number is to be; a row would have to be the two thousand millionth


class _Written(NamedTuple):
    """A question as SQL, what is to be given with it, and what its columns are."""

    query: Query
    sql: str
    given: tuple[Any, ...]
    columns: list[Any]


class Question:
    """A question about the thing with a number, which `ask` puts as Django does; its answers are rows of values.

    Raises ValueError where the number does not stand in the SQL.
    """

    def __init__(self, ask: Callable[[int], "QuerySet[Any, Any]"]) -> None:
        self._ask = ask
        self._written = cache(self._write)

    def rows(self, number: int, *, most: int, after: int = 0) -> list[tuple[Any, ...]]:
        """At most so many rows after the first `after`, as the same query would give them."""
        written = self._written(connection.vendor)
        answered = _asked(f"{written.sql} LIMIT %s OFFSET %s", [*_with(number, written.given), most, after])
        compiler = written.query.get_compiler(connection=connection)
        return list(map(tuple, compiler.apply_converters(answered, compiler.get_converters(written.columns))))

    def count(self, number: int) -> int:
        """How many rows there are."""
        written = self._written(connection.vendor)
        sql = f"SELECT COUNT(*) FROM ({written.sql}) AS answer"  # noqa: S608 - Django's own SQL
        [[count]] = _asked(sql, _with(number, written.given))
        return int(count)

    def _write(self, vendor: str) -> _Written:
        """Each kind of database has its own words; `vendor` tells them apart."""
        del vendor
        query = self._ask(NOBODY).query
        compiler = query.get_compiler(connection=connection)
        sql, given = compiler.as_sql()
        if NOBODY not in given:
            raise ValueError("This question says nowhere whom it is about.")
        return _Written(query, sql, tuple(given), [column for column, *_ in compiler.select])


def _with(number: int, given: tuple[Any, ...]) -> list[Any]:
    return [number if one == NOBODY else one for one in given]


def _asked(sql: str, given: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
