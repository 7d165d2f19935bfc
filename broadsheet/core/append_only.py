"""A migration operation for append-only tables, whose rows the database itself refuses to change or delete (ADR 11)."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from broadsheet.core.triggers import DeclareTriggers, Trigger


class AppendOnly(DeclareTriggers):
    """Adds triggers to `table` that refuse UPDATE and DELETE with the message that `rows` are append-only."""

    stays = True

    def __init__(self, table: str, *, rows: str) -> None:
        super().__init__(self._refusals)
        self.table, self.rows = table, rows

    def describe(self) -> str:
        """Return the line for `migrate --plan`."""
        return f"Refuse to alter or delete rows of {self.table}"

    def _refusals(self, vendor: str) -> list[Trigger]:
        table, message = self.table, f"{self.rows} are append-only"
        if vendor == "sqlite":
            refusal = f"SELECT RAISE(ABORT, '{message}')"
            return [
                Trigger(f"{table}_no_{verb}", table, verb, refusal, timing="BEFORE") for verb in ("update", "delete")
            ]
        refusal = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'"
        event = "UPDATE OR DELETE"
        return [Trigger(f"{table}_final", table, event, refusal, timing="BEFORE", function=f"{table}_is_final")]


class StillAppendOnly(AppendOnly):
    """Creates the triggers of `AppendOnly` again, in both directions.

    `migrate` does so when it ends. A migration that makes the table anew and then runs code has this operation between
    the two, so that the code finds the table append-only.
    """

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers: at the earlier migration the table is append-only as well."""
        self.database_forwards(app_label, schema_editor, from_state, to_state)
