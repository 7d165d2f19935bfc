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
                schema_editor.execute(f"DROP TRIGGER {self.table}_no_{verb}")
        else:
            schema_editor.execute(f"DROP FUNCTION {self.table}_is_final() CASCADE")

    def describe(self) -> str:
        """Return the line for `migrate --plan`."""
        return f"Refuse to alter or delete rows of {self.table}"

    def _sqlite(self) -> list[str]:
        return [
            f"CREATE TRIGGER {self.table}_no_{verb} BEFORE {verb} ON {self.table} "
            f"BEGIN SELECT RAISE(ABORT, '{self.rows} are append-only'); END"
            for verb in ("update", "delete")
        ]

    def _postgres(self) -> list[str]:
        refusal = f"RAISE EXCEPTION '{self.rows} are append-only' USING ERRCODE = 'restrict_violation'"
        return [
            f"CREATE FUNCTION {self.table}_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusal}; END $$",
            f"CREATE TRIGGER {self.table}_final BEFORE UPDATE OR DELETE ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.table}_is_final()",
        ]
