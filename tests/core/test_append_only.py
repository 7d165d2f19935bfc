"""The triggers of append-only tables can be created and dropped."""

import pytest
from django.db import DatabaseError, connection, transaction

from broadsheet.core.append_only import AppendOnly

TABLE = "notes_of_a_test"


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_append_only_table_refuses_changes_until_its_triggers_are_dropped() -> None:
    operation = AppendOnly(TABLE, rows="notes")
    execute(f"CREATE TABLE {TABLE} (text varchar(20))")
    try:
        with connection.schema_editor() as editor:
            operation.database_forwards("core", editor, None, None)
        execute(f"INSERT INTO {TABLE} VALUES ('kept')")
        for statement in (f"UPDATE {TABLE} SET text = 'altered'", f"DELETE FROM {TABLE}"):
            with pytest.raises(DatabaseError, match="notes are append-only"):
                execute(statement)
        with connection.schema_editor() as editor:
            operation.database_backwards("core", editor, None, None)
        execute(f"DELETE FROM {TABLE}")
    finally:
        execute(f"DROP TABLE {TABLE}")


def test_the_operation_describes_itself() -> None:
    assert AppendOnly(TABLE, rows="notes").describe() == f"Refuse to alter or delete rows of {TABLE}"
