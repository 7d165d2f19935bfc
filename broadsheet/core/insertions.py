"""Inserts whose SQL is compiled once, and primary keys reserved in advance, for tables written often (ADR 22)."""

from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

Row = TypeVar("Row", bound=models.Model)


class Insertion(Generic[Row]):
    """The compiled INSERT of a model. It stores the values that Django would store, but sends no signals.

    With `once`, the name of a unique field, an existing row is kept, and the new object gets its primary key.
    """

    def __init__(self, model: type[Row], *, once: str = "") -> None:
        self.model = model
        self._once = [model._meta.get_field(once)] if once else []
        self._sql = cache(self._write)

    def store(self, row: Row) -> Row:
        """Insert the row, with its reserved primary key if it has one, and return it."""
        fields = self._fields(has_pk=row.pk is not None)
        values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(self._sql(connection.vendor, row.pk is not None), values)
            row.pk = cursor.fetchone()[0]
        row._state.adding, row._state.db = False, connection.alias
        return row

    def _fields(self, *, has_pk: bool) -> list[Any]:
        return [field for field in self.model._meta.concrete_fields if has_pk or not field.primary_key]

    def _write(self, vendor: str, has_pk: bool) -> str:
        del vendor  # it only keeps the statements of the two databases apart in the cache
        conflict = OnConflict.UPDATE if self._once else None
        query: Any = InsertQuery(self.model, on_conflict=conflict, update_fields=self._once, unique_fields=self._once)
        query.insert_values(self._fields(has_pk=has_pk), [self.model()])
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [self.model._meta.pk]
        [(sql, _)] = compiler.as_sql()
        return str(sql)


def reserve_ids(*model_classes: type[models.Model]) -> list[int]:
    """Return a new primary key for a row of each model, so that rows can refer to each other before they are stored.

    Call it in the transaction that stores the rows: on SQLite, its write lock keeps others from taking the same keys.
    """
    tables = [model._meta.db_table for model in model_classes]
    if connection.vendor == "postgresql":
        expression = "nextval(pg_get_serial_sequence(%s, 'id'))"
    else:
        expression = "1 + COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([expression] * len(tables))}", tables)
        return list(cursor.fetchone())
