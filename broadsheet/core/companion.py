"""Rows that the database itself inserts beside another table's rows, whatever inserts those: a migration operation."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from broadsheet.core.triggers import DeclareTriggers, Trigger


class CompanionRow(DeclareTriggers):
    """Declares a trigger on `table`: each row inserted there gets a row in `companion` whose `column` has its `key`.

    Rows that are there already get theirs at once, and those that later migrations insert get theirs when `migrate`
    ends. The other columns of the companion need a default in the database.
    """

    def __init__(self, companion: str, *, column: str, table: str, key: str) -> None:
        super().__init__(self._insertion)
        self.companion, self.column, self.table, self.key = companion, column, table, key
        self.then = [self._missing_rows()]

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Insert the missing rows."""
        schema_editor.execute(self._missing_rows(), params=None)

    def describe(self) -> str:
        """Return the line of `migrate --plan`."""
        return f"Insert a row of {self.companion} with each row of {self.table}"

    def _missing_rows(self) -> str:
        return (
            f"INSERT INTO {self.companion} ({self.column}) SELECT {self.key} FROM {self.table} "  # noqa: S608 - names of our own tables
            f"WHERE {self.key} NOT IN (SELECT {self.column} FROM {self.companion} WHERE {self.column} IS NOT NULL)"
        )

    def _insertion(self, _: str) -> list[Trigger]:
        # Unless it is there: an INSERT OR REPLACE of the row inserts it anew, and its companion must stay.
        insert = (
            f"INSERT INTO {self.companion} ({self.column}) SELECT NEW.{self.key} "  # noqa: S608 - names of our own tables
            f"WHERE NOT EXISTS (SELECT 1 FROM {self.companion} WHERE {self.column} = NEW.{self.key})"
        )
        return [Trigger(f"{self.companion}_of_{self.table}", self.table, "INSERT", insert)]
