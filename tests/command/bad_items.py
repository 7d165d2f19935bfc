"""Items that go wrong in every way: as tasks, as commands of the schedule, and as emails on their way to a server."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management.base import BaseCommand
from django.db import connection
from django_tasks import task

SECRET = "ida@post.example"  # may be in no log, whatever fails
released = threading.Event()  # at the end of each test, so that what hangs ends
done: list[str] = []


class Odd(BaseException):
    """An exception that no `except Exception` catches."""


def misbehave(kind: str) -> None:
    """Do what an item of this kind does; `good` is noted."""
    if kind == "good":
        done.append(kind)
    elif kind == "hangs":
        released.wait(60)
    elif kind == "exits":
        raise SystemExit(SECRET)
    elif kind == "is odd":
        raise Odd(SECRET)
    else:
        raise ValueError(f"cannot send to {SECRET}")


@task()
def behave(kind: str) -> None:
    """A task of this kind."""
    misbehave(kind)


class Backend(BaseEmailBackend):
    """A mail server that behaves as the subject says."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            misbehave(str(message.subject))
        return len(email_messages)


class Command(BaseCommand):
    """A scheduled command of a kind."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def handle(self, *args: Any, **options: Any) -> None:
        misbehave(self.kind)


@contextmanager
def refusing(table: str, pk: int) -> Iterator[None]:
    """Let the database refuse every change of one row."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER bad_item BEFORE UPDATE ON {table} WHEN OLD.id = {pk} "
                "BEGIN SELECT RAISE(ABORT, 'the row of ida@post.example is bad'); END"
            )
            drop = "DROP TRIGGER bad_item"
        else:
            cursor.execute(
                "CREATE FUNCTION bad_item() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the row of ida@post.example is bad'; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER bad_item BEFORE UPDATE ON {table} FOR EACH ROW WHEN (OLD.id = {pk}) "
                "EXECUTE FUNCTION bad_item()"
            )
            drop = "DROP FUNCTION bad_item() CASCADE"
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(drop)
