"""The database of a test process: a copy of the template, restored after every test that commits."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django.plugin import DjangoDbBlocker

from tests import templates
from tests.command.papers import ON_POSTGRES, copy_database, drop_database

Thing = TypeVar("Thing")

IN_MEMORY = "file:memorydb_default?mode=memory&cache=shared"  # which never waits for a disk
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
WITH_TRIGGERS = (
    "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace"
)
COLUMNS = (
    "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
    "WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'"
)


@contextmanager
def copied_database() -> Iterator[None]:
    """Connect Django to a copy of the template until the block ends."""
    original = templates.schema()
    name = copy_database(original) if ON_POSTGRES else IN_MEMORY
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    kept = Rows() if ON_POSTGRES else Memory(original)
    with pytest.MonkeyPatch.context() as patch:
        # Django would empty every table and then send post_migrate.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: kept.restore())
        yield
    connection.close()
    drop_database(name if ON_POSTGRES else "")


class Memory:
    """An SQLite database in memory."""

    def __init__(self, original: str) -> None:
        self.original = original
        connection.ensure_connection()
        self.restore()

    def restore(self) -> None:
        """Copy the template over it."""
        memory: Any = connection.connection
        with closing(sqlite3.connect(self.original)) as file:
            file.backup(memory)


class Rows:
    """A PostgreSQL database with a second copy of its rows, because creating it again takes ten times as long."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA original")
            tables, guarded = (column(statement) for statement in (TABLES, WITH_TRIGGERS))
            filled = [table for table in tables if column(f'SELECT 1 FROM "{table}" LIMIT 1')]
            columns = {table: column(COLUMNS, table)[0] for table in filled}
            for table in filled:
                cursor.execute(f'CREATE TABLE original."{table}" AS SELECT {columns[table]} FROM public."{table}"')
        self.statements = [
            *(f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in guarded),
            *(f'DELETE FROM "{table}"' for table in tables),
            *(f'INSERT INTO "{one}" ({columns[one]}) SELECT * FROM original."{one}"' for one in filled),
            "SET CONSTRAINTS ALL IMMEDIATE",
            *(f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in guarded),
        ]

    def restore(self) -> None:
        """Replace its rows with those of the template; sequences continue."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(";".join(self.statements))


def column(statement: str, *parameters: str) -> list[Any]:
    """Return the first column of a query's rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def kept_for_a_module(blocker: DjangoDbBlocker, make: Callable[[], Thing]) -> Iterator[Thing]:
    """Yield an object that every test of a module finds as it was created; none of them may commit."""
    whole: Any = transaction.atomic()
    whole._from_testcase = True  # so that durable blocks may be opened in it, as in the transaction of a test
    with ExitStack() as stack:
        with blocker.unblock():
            stack.enter_context(whole)
            made = make()
        yield made
        with blocker.unblock():
            transaction.set_rollback(True)
            stack.close()


def is_one_transaction(item: pytest.Item) -> bool:
    """Return whether a test function runs in one transaction that is rolled back, without a class around it."""
    marker, names = item.get_closest_marker("django_db"), getattr(item, "fixturenames", [])
    commits = "transactional_db" in names or bool(marker and marker.kwargs.get("transaction"))
    return not commits and getattr(item, "cls", None) is None and (marker is not None or "db" in names)
