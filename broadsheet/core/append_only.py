"""A migration operation for append-only tables, whose rows the database itself refuses to change or delete (ADR 11)."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class AppendOnly(Operation):
    """Adds triggers to `table` that refuse UPDATE and DELETE with the message that `rows` are append-only."""

    reversible = True

    def __init__(self, table: str, *, rows: str) -> None:
        self.table, self.rows = table, rows

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave Django's state of the models as it is."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers."""
        for statement in self._sqlite() if schema_editor.connection.vendor == "sqlite" else self._postgres():
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        if schema_editor.connection.vendor == "sqlite":
            for verb in ("update", "delete"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_no_{verb}")
        else:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.table}_is_final() CASCADE")

    def describe(self) -> str:
        """Return the line for `migrate --plan`."""
        return f"Refuse to alter or delete rows of {self.table}"

    def _sqlite(self) -> list[str]:
        return [
            statement
            for verb in ("update", "delete")
            for statement in (
                f"DROP TRIGGER IF EXISTS {self.table}_no_{verb}",
                f"CREATE TRIGGER {self.table}_no_{verb} BEFORE {verb} ON {self.table} "
                f"BEGIN SELECT RAISE(ABORT, '{self.rows} are append-only'); END",
            )
        ]

    def _postgres(self) -> list[str]:
        refusal = f"RAISE EXCEPTION '{self.rows} are append-only' USING ERRCODE = 'restrict_violation'"
        return [
            f"CREATE OR REPLACE FUNCTION {self.table}_is_final() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN {refusal}; END $$",
            f"DROP TRIGGER IF EXISTS {self.table}_final ON {self.table}",
            f"CREATE TRIGGER {self.table}_final BEFORE UPDATE OR DELETE ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.table}_is_final()",
        ]


class StillAppendOnly(AppendOnly):
    """Creates the triggers of `AppendOnly` again, in both directions.

    SQLite drops a trigger with its table, and Django's SQLite makes a table anew to remove a column with an index. A
    migration that does so in either direction has this operation first, if going back removes it, or else last.
    """

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers: at the earlier migration the table is append-only as well."""
        self.database_forwards(app_label, schema_editor, from_state, to_state)
