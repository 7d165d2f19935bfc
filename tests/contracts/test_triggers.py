"""The guarantees of the database after all migrations: SQLite loses a trigger together with its table."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from broadsheet.core.append_only import AppendOnly
from broadsheet.core.companion import CompanionRow

REVIEW = ("review", "0004_previous_states")
BEFORE_REVIEW = ("review", "0003_append_only")


def expected() -> set[str]:
    """Return the names of the triggers that the migrations set on this kind of database."""
    names: set[str] = set()
    for migration in MigrationLoader(connection).disk_migrations.values():
        for operation in migration.operations:
            if isinstance(operation, AppendOnly):
                verbs = ["no_update", "no_delete"] if connection.vendor == "sqlite" else ["final"]
                names |= {f"{operation.table}_{verb}" for verb in verbs}
            if isinstance(operation, CompanionRow):
                names.add(operation.trigger)
    return names


def present() -> set[str]:
    """Return the names of the triggers in the database, those of the search index and of foreign keys excepted."""
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(question)
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_trigger_that_a_migration_sets_is_there() -> None:
    assert expected()
    assert expected() <= present()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_decisions_stay_append_only_when_review_states_are_migrated_backwards_and_forwards() -> None:
    MigrationExecutor(connection).migrate([BEFORE_REVIEW])
    try:
        names_before = present()
    finally:
        MigrationExecutor(connection).migrate([REVIEW])
    expected_names = {name for name in expected() if name.startswith("review_decision")}
    assert expected_names <= names_before
    assert expected_names <= present()
