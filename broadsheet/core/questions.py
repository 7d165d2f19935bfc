"""Questions to the database whose SQL is written once: to write it takes Django longer than it takes to answer it."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql import Query

NOBODY = 2_147_483_629  # stands in the SQL where a number is to be: a row would have to be the two thousand millionth


class _Written(NamedTuple):
    """A question as SQL, what is to be given with it, and what its columns are."""

    query: Query
    sql: str
    given: tuple[Any, ...]
    columns: list[Any]


class Question:
    """A question about one thing, which `ask` puts as Django does; its answers are rows of values.

    The thing is named by its number, or by something else that `nobody` is an example of and nothing is named by.
    Raises ValueError where that does not stand in the SQL.
    """

    def __init__(self, ask: Callable[[Any], "QuerySet[Any, Any]"], *, nobody: int | str = NOBODY) -> None:
        self._ask = ask
        self._nobody = nobody
        self._written = cache(self._write)

    def rows(self, about: int | str, *, most: int, after: int = 0) -> list[tuple[Any, ...]]:
        """At most so many rows after the first `after`, as the same query would give them."""
        written = self._written(connection.vendor)
        answered = _asked(f"{written.sql} LIMIT %s OFFSET %s", [*self._given(about, written), most, after])
        compiler = written.query.get_compiler(connection=connection)
        return list(map(tuple, compiler.apply_converters(answered, compiler.get_converters(written.columns))))

    def count(self, about: int | str) -> int:
        """How many rows there are."""
        written = self._written(connection.vendor)
        sql = f"SELECT COUNT(*) FROM ({written.sql}) AS answer"  # noqa: S608 - Django's own SQL
        [[count]] = _asked(sql, self._given(about, written))
        return int(count)

    def _given(self, about: int | str, written: _Written) -> list[Any]:
        return [about if one == self._nobody else one for one in written.given]

    def _write(self, vendor: str) -> _Written:
        """Each kind of database has its own words; `vendor` tells them apart."""
        del vendor
        query = self._ask(self._nobody).query
        compiler = query.get_compiler(connection=connection)
        sql, given = compiler.as_sql()
        if self._nobody not in given:
            raise ValueError("This question says nowhere whom it is about.")
        return _Written(query, sql, tuple(given), [column for column, *_ in compiler.select])


def _asked(sql: str, given: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
