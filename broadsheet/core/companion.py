"""Rows that the database itself inserts beside another table's rows, whatever inserts those: a migration operation."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CompanionRow(Operation):
    """Set a trigger on `table`: each row inserted there gets a row in `companion` whose `column` has its `key`.

    Rows that are there already get theirs at once. The other columns of the companion need a default in the database.
    SQLite drops a trigger with its table, and Django's SQLite makes a table anew to alter it: a later migration that
    alters `table` repeats this operation (tests/contracts/test_triggers.py notices a missing trigger).
    """

    reversible = True

    def __init__(self, companion: str, *, column: str, table: str, key: str) -> None:
        self.companion, self.column, self.table, self.key = companion, column, table, key

    @property
    def trigger(self) -> str:
        """Return the name of the trigger."""
        return f"{self.companion}_of_{self.table}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave Django's state as it is: triggers are not part of it."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Insert the missing rows, then set the trigger in this database's dialect."""
        for statement in [self._missing_rows(), *self._triggers(schema_editor.connection.vendor)]:
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Remove the trigger; the rows stay."""
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {self.trigger}")
        else:
            schema_editor.execute(f"DROP FUNCTION {self.trigger}() CASCADE")

    def describe(self) -> str:
        """Return the line of `migrate --plan`."""
        return f"Insert a row of {self.companion} with each row of {self.table}"

    def _missing_rows(self) -> str:
        return (
            f"INSERT INTO {self.companion} ({self.column}) SELECT {self.key} FROM {self.table} "  # noqa: S608 - names of our own tables
            f"WHERE {self.key} NOT IN (SELECT {self.column} FROM {self.companion} WHERE {self.column} IS NOT NULL)"
        )

    def _triggers(self, vendor: str) -> list[str]:
        # Unless it is there: an INSERT OR REPLACE of the row inserts it anew, and its companion must stay.
        insert = (
            f"INSERT INTO {self.companion} ({self.column}) SELECT NEW.{self.key} "  # noqa: S608 - names of our own tables
            f"WHERE NOT EXISTS (SELECT 1 FROM {self.companion} WHERE {self.column} = NEW.{self.key})"
        )
        if vendor == "sqlite":
            return [
                f"DROP TRIGGER IF EXISTS {self.trigger}",
                f"CREATE TRIGGER {self.trigger} AFTER INSERT ON {self.table} BEGIN {insert}; END",
            ]
        body = f"BEGIN {insert}; RETURN NULL; END"
        return [
            f"CREATE OR REPLACE FUNCTION {self.trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
            f"DROP TRIGGER IF EXISTS {self.trigger} ON {self.table}",
            f"CREATE TRIGGER {self.trigger} AFTER INSERT ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.trigger}()",
        ]
