"""Triggers, by which the database itself keeps what must follow from its rows; migrations declare them (ADR 34).

SQLite drops a trigger with its table, and Django's SQLite makes a table anew to alter it. So after every `migrate`,
also one that fails, the triggers that the applied migrations declare are compared with the database, and those that
are missing or different are set anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_SET_ON_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
# Of a trigger that is disabled there is only the name.
_SET_ON_POSTGRES = (
    "SELECT tgname, CASE WHEN tgenabled = 'O' THEN relname || prosrc END FROM pg_trigger "
    "JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal"
)


@dataclass(frozen=True)
class Trigger:
    """A trigger of `table`, in SQL that both databases understand.

    `timing` each row of an `event` ("DELETE", "UPDATE OF live") for which the expression `when` holds, the `statement`
    is executed; of a statement that the databases word differently, each has its own. On PostgreSQL it is the body of a
    `function`, which has the name of the trigger if no other is given.
    """

    name: str
    table: str
    event: str
    statement: str | Mapping[str, str]
    when: str = ""
    timing: str = "AFTER"
    function: str = ""

    def create(self, vendor: str) -> list[str]:
        """Return the statements that create the trigger, or replace it."""
        if vendor == "sqlite":
            return [self.drop(vendor), self.kept(vendor)]
        function = self.function or self.name
        return [
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $${self._body()}$$",
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"CREATE TRIGGER {self.name} {self._occasion} FOR EACH ROW EXECUTE FUNCTION {function}()",
        ]

    def drop(self, vendor: str) -> str:
        """Return the statement that removes the trigger."""
        if vendor == "sqlite":
            return f"DROP TRIGGER IF EXISTS {self.name}"
        return f"DROP FUNCTION IF EXISTS {self.function or self.name}() CASCADE"

    def kept(self, vendor: str) -> str:
        """Return the text by which the database's catalogue shows that the trigger is set as it is declared."""
        if vendor != "sqlite":
            return self.table + self._body()
        when = f" WHEN {self.when}" if self.when else ""
        return (
            f"CREATE TRIGGER {self.name} {self._occasion} FOR EACH ROW{when} BEGIN {self._statement_for('sqlite')}; END"
        )

    def _body(self) -> str:
        # The occasion as a comment: the catalogue returns it in words of its own, and a function to the letter. The
        # condition not as WHEN of the trigger, where PostgreSQL allows no subquery.
        statement = self._statement_for("postgresql")
        conditional = f"IF {self.when} THEN {statement}; END IF" if self.when else statement
        return f" BEGIN /* {self._occasion} */ {conditional}; RETURN NULL; END "

    @property
    def _occasion(self) -> str:
        return f"{self.timing} {self.event} ON {self.table}"

    def _statement_for(self, vendor: str) -> str:
        return self.statement if isinstance(self.statement, str) else self.statement[vendor]


class DeclareTriggers(Operation):
    """Declares triggers, which are set when `migrate` ends; the statements of `then` follow.

    `migrate` drops them before it begins, because SQLite alters no table that a trigger of another table names. A
    subclass whose triggers name no other table `stays`: it sets them at once.
    """

    reversible = True
    stays = False

    def __init__(self, triggers: Callable[[str], Iterable[Trigger]], *, then: Iterable[str] = ()) -> None:
        self.triggers, self.then = triggers, then

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave Django's state of the models as it is: triggers are not part of it."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Set triggers that stay."""
        if self.stays:
            for statement in self.statements(schema_editor.connection.vendor):
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        vendor = schema_editor.connection.vendor
        for trigger in self.triggers(vendor):
            schema_editor.execute(trigger.drop(vendor), params=None)

    def describe(self) -> str:
        """Return the line for `migrate --plan`."""
        return "Declare triggers, which are set when all migrations have run"

    def statements(self, vendor: str) -> list[str]:
        """Return the statements that set the triggers, and make right what they would have kept."""
        return [*(statement for trigger in self.triggers(vendor) for statement in trigger.create(vendor)), *self.then]


def declared_triggers() -> dict[str, Trigger]:
    """Return the triggers that the applied migrations declare, by name."""
    return {
        trigger.name: trigger
        for operation in _applied_operations()
        for trigger in operation.triggers(connection.vendor)
    }


def missing_triggers() -> set[str]:
    """Return the names of the declared triggers that the database lacks, or has in another form."""
    present = _set_triggers()
    vendor = connection.vendor
    return {name for name, trigger in declared_triggers().items() if present.get(name) != trigger.kept(vendor)}


def set_missing_triggers() -> None:
    """Set the triggers of each operation of which one is missing."""
    missing = missing_triggers()
    for operation in _applied_operations() if missing else ():
        if missing & {trigger.name for trigger in operation.triggers(connection.vendor)}:
            _execute(operation.statements(connection.vendor))


def drop_triggers_before_migrations() -> None:
    """Drop the triggers that name another table than their own."""
    vendor = connection.vendor
    operations = [operation for operation in _applied_operations() if not operation.stays]
    _execute([trigger.drop(vendor) for operation in operations for trigger in operation.triggers(vendor)])


def _set_triggers() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_SET_ON_SQLITE if connection.vendor == "sqlite" else _SET_ON_POSTGRES)
        return dict(cursor.fetchall())


def _applied_operations() -> list[DeclareTriggers]:
    """Return the operations of applied migrations that declare triggers, in the order in which they are applied."""
    loader = MigrationLoader(connection)
    plan = dict.fromkeys(key for leaf in loader.graph.leaf_nodes() for key in loader.graph.forwards_plan(leaf))
    return [
        operation
        for key in plan
        if key in loader.applied_migrations
        for operation in _flat(loader.graph.nodes[key].operations)
        if isinstance(operation, DeclareTriggers)
    ]


def _flat(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _execute(statements: Iterable[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
