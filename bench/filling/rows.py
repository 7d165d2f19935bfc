"""Writes rows by the million: with COPY on PostgreSQL, with one prepared statement on SQLite."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection, models

Row = Mapping[str, Any]  # by the names of fields; values as both databases take them


def said(moment: datetime) -> str:
    """A time as both databases take it, and as Django writes it into SQLite."""
    return str(moment.replace(tzinfo=None))


def write(model: type[models.Model], rows: Iterable[Row]) -> None:
    """Writes rows into the model's own table, by the names of its fields; what a row leaves out is the default."""
    usual = {field.name: field.get_default() for field in model._meta.local_concrete_fields if not field.primary_key}
    first = next(iter(rows := iter(rows)))
    names = list({**usual, **first})
    columns = [str(model._meta.get_field(name).column) for name in names]  # type: ignore[union-attr]
    made = (tuple({**usual, **row}[name] for name in names) for row in chain([first], rows))
    _insert(model._meta.db_table, ", ".join(f'"{column}"' for column in columns), len(columns), made)


def _insert(table: str, columns: str, width: int, rows: Iterator[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * width)
            cursor.connection.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', rows)  # noqa: S608 - the models' names
