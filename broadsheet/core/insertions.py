"""Rows stored by SQL that is written once, and numbers drawn for them beforehand: both for what is written often."""

from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

Row = TypeVar("Row", bound=models.Model)


class Insertion(Generic[Row]):
    """Stores new rows of a model with the values that Django would store; its signals are not sent.

    With `once`, the name of a unique field, a row that is there already stays, and the new one gets its number.
    """

    def __init__(self, model: type[Row], *, once: str = "") -> None:
        self.model = model
        self._once = [model._meta.get_field(once)] if once else []
        self._sql = cache(self._write)

    def store(self, row: Row) -> Row:
        """Stores a row, under the number that was drawn for it if there is one, and returns it."""
        fields = self._fields(numbered=row.pk is not None)
        values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(self._sql(connection.vendor, row.pk is not None), values)
            row.pk = cursor.fetchone()[0]
        row._state.adding, row._state.db = False, connection.alias
        return row

    def _fields(self, *, numbered: bool) -> list[Any]:
        return [field for field in self.model._meta.concrete_fields if numbered or not field.primary_key]

    def _write(self, vendor: str, numbered: bool) -> str:
        """Each kind of database has its own words; `vendor` tells them apart."""
        del vendor
        conflict = OnConflict.UPDATE if self._once else None
        query: Any = InsertQuery(self.model, on_conflict=conflict, update_fields=self._once, unique_fields=self._once)
        query.insert_values(self._fields(numbered=numbered), [self.model()])
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [self.model._meta.pk]
        [(sql, _)] = compiler.as_sql()
        return str(sql)


def reserve_ids(*kinds: type[models.Model]) -> list[int]:
    """A number for a new row of each model, which nobody else gets: so rows can name each other before they are stored.

    Within the transaction that stores them: on SQLite it is that which keeps others away.
    """
    tables = [model._meta.db_table for model in kinds]
    if connection.vendor == "postgresql":
        each, given = "nextval(pg_get_serial_sequence(%s, 'id'))", tables
    else:
        each, given = "1 + COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0)", tables
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([each] * len(tables))}", given)
        return list(cursor.fetchone())
