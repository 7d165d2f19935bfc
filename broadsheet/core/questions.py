"""Queries whose SQL is compiled once, because compiling takes longer than the database takes to answer (ADR 22)."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql import Query

PLACEHOLDER = 2_147_483_629  # a number that no primary key reaches; it marks the parameter in the compiled SQL


class _Written(NamedTuple):
    """The compiled query: its SQL, its parameters and its columns."""

    query: Query
    sql: str
    given: tuple[Any, ...]
    columns: list[Any]


class Question:
    """A compiled query with one parameter, such as a primary key. `ask` builds it for a value of the parameter.

    `nobody` is a value of the parameter's type that no row has. Raises ValueError where the SQL does not contain it.
    """

    def __init__(self, ask: Callable[[Any], "QuerySet[Any, Any]"], *, nobody: int | str = PLACEHOLDER) -> None:
        self._ask = ask
        self._nobody = nobody
        self._written = cache(self._write)

    def rows(self, about: int | str, *, most: int, after: int = 0) -> list[tuple[Any, ...]]:
        """Return at most `most` rows, after the first `after`, with the values that Django would return."""
        written = self._written(connection.vendor)
        answered = _asked(f"{written.sql} LIMIT %s OFFSET %s", [*self._given(about, written), most, after])
        compiler = written.query.get_compiler(connection=connection)
        return list(map(tuple, compiler.apply_converters(answered, compiler.get_converters(written.columns))))

    def count(self, about: int | str) -> int:
        """Return the number of rows."""
        written = self._written(connection.vendor)
        sql = f"SELECT COUNT(*) FROM ({written.sql}) AS answer"  # noqa: S608 - Django's own SQL
        [[count]] = _asked(sql, self._given(about, written))
        return int(count)

    def _given(self, about: int | str, written: _Written) -> list[Any]:
        return [about if one == self._nobody else one for one in written.given]

    def _write(self, vendor: str) -> _Written:
        del vendor  # it only keeps the queries of the two databases apart in the cache
        query = self._ask(self._nobody).query
        compiler = query.get_compiler(connection=connection)
        sql, given = compiler.as_sql()
        if self._nobody not in given:
            raise ValueError("The query does not contain its parameter.")
        return _Written(query, sql, tuple(given), [column for column, *_ in compiler.select])


def _asked(sql: str, given: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
