"""Nothing that identifies a reader reaches the log, whichever logger is used, and however."""

import io
import logging
import logging.config
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client
from psycopg import errors as postgres

from broadsheet.config import settings as paper_settings
from broadsheet.core.failures import describe, traceback_of
from broadsheet.core.log_format import ELIDED, PrivateFormatter

LOGGING: dict[str, Any] = paper_settings.LOGGING
SECRETS = ["ida@post.example", "Zm9v.token"]
TEXT = f"cannot send to <{SECRETS[0]}> at /receipts/{SECRETS[1]}/"


def failure() -> ValueError:
    """An exception with a cause, a note and a context, each with values."""
    try:
        try:
            raise KeyError(TEXT)
        except KeyError as error:
            raise ValueError(TEXT) from error
    except ValueError as error:
        error.add_note(TEXT)
        return error


def logged(log: Callable[[logging.Logger], None], name: str) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PrivateFormatter("{levelname} {name}: {message}", style="{"))
    logger = logging.Logger(name)
    logger.addHandler(handler)
    log(logger)
    return stream.getvalue()


SERVERS_OWN = f'It raised an exception\n  File "a.py"\nValueError: {TEXT}'
REQUEST = SimpleNamespace(
    method="POST", path=f"/receipts/{SECRETS[1]}/", resolver_match=SimpleNamespace(route="receipts/<str:token>/")
)
WAYS: dict[str, Callable[[logging.Logger], None]] = {
    "an exception as a value": lambda logger: logger.warning("It failed (%s).", failure()),
    "a traceback": lambda logger: logger.error("It failed.", exc_info=failure()),
    "an exception as the message": lambda logger: logger.error(failure()),
    "its text as the message": lambda logger: logger.error(str(failure()), exc_info=failure()),
    "Django’s request": lambda logger: logger.error(
        "%s: %s", "Internal Server Error", REQUEST.path, extra={"request": REQUEST, "status_code": 500}
    ),
}
OF_OTHERS: dict[str, Callable[[logging.Logger], None]] = {
    "a value": lambda logger: logger.info("Page created: %s", TEXT),
    "values by name": lambda logger: logger.info("Page %(title)s", {"title": TEXT}),
    "a value where a number is expected": lambda logger: logger.info("%d", TEXT),
    "a server’s traceback": lambda logger: logger.error(SERVERS_OWN),
}


@pytest.mark.parametrize("name", ["broadsheet.mail", "django.request", "_granian", "wagtail"])
@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_logging_lets_a_value_through(way: str, name: str) -> None:
    line = logged(WAYS[way], name)
    assert line
    assert not [secret for secret in SECRETS if secret in line]


@pytest.mark.parametrize("way", OF_OTHERS)
def test_what_other_packages_log_keeps_its_words_and_loses_its_values(way: str) -> None:
    line = logged(OF_OTHERS[way], "django.request")
    assert line
    assert not [secret for secret in SECRETS if secret in line]


def test_an_address_that_stands_in_a_message_is_replaced_all_the_same() -> None:
    assert logged(lambda logger: logger.info("to ida@post.example, at once"), "broadsheet") == (
        f"INFO broadsheet: to {ELIDED}, at once\n"
    )


def test_a_failure_is_logged_with_its_type_its_place_and_its_causes() -> None:
    line = logged(lambda logger: logger.error("It failed.", exc_info=failure()), "broadsheet")
    assert "It failed. (ValueError)" in line
    assert "KeyError" in line
    assert "in failure\n" in line
    assert logged(WAYS["Django’s request"], "django.request") == (
        "ERROR django.request: 500 for POST /receipts/<str:token>/\n"
    )


@pytest.mark.parametrize(
    ("error", "described"),
    [
        (OperationalError("the server is away"), "OperationalError: the server is away"),
        (PermissionError(13, "Permission denied", TEXT), "PermissionError: Permission denied"),
        (IntegrityError(TEXT), "IntegrityError"),
        (ConnectionError(TEXT), "ConnectionError"),
    ],
)
def test_only_the_system_and_a_database_that_is_away_are_quoted(error: Exception, described: str) -> None:
    assert describe(error) == described


def test_a_statement_that_the_database_quotes_is_not_quoted_again() -> None:
    error = OperationalError(TEXT)
    error.__cause__ = postgres.QueryCanceled(TEXT)
    assert describe(error).startswith("OperationalError")
    assert TEXT not in describe(postgres.UniqueViolation(TEXT))


def test_groups_of_exceptions_are_described_one_by_one() -> None:
    trace = traceback_of(ExceptionGroup(TEXT, [ValueError(TEXT), TypeError(TEXT)]))
    assert "with ValueError\n  with TypeError" in trace
    assert SECRETS[0] not in trace


def test_an_outage_is_logged_in_one_line() -> None:
    line = logged(lambda logger: logger.error("Broke", exc_info=OperationalError("away\n now")), "broadsheet")
    assert line == "ERROR broadsheet: Broke (OperationalError: away now)\n"


def test_every_logger_of_the_paper_uses_the_one_handler() -> None:
    formatters = {each["()"] for each in LOGGING["formatters"].values()}
    assert formatters == {"broadsheet.core.log_format.PrivateFormatter"}
    assert {handler["formatter"] for handler in LOGGING["handlers"].values()} == {"line"}
    assert not any(logger.get("handlers") for logger in LOGGING["loggers"].values())


def test_an_exception_that_nobody_catches_is_printed_without_values() -> None:
    code = (
        "import threading; from broadsheet.core.log_format import install_hooks; install_hooks()\n"
        f"thread = threading.Thread(target=lambda: int({TEXT!r})); thread.start(); thread.join()\n"
        f"raise ValueError({TEXT!r})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.count("ValueError") == 2
    assert not [secret for secret in SECRETS if secret in ran.stderr]


@pytest.mark.django_db
def test_a_page_that_fails_is_logged_without_its_address(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(token: str) -> None:
        raise ValueError(token)

    monkeypatch.setattr("broadsheet.discussion.tokens.comment_of_receipt", broken)
    caplog.handler.setFormatter(PrivateFormatter())
    assert Client(raise_request_exception=False).get(f"/receipts/{SECRETS[1]}/").status_code == 500
    assert "500 for GET" in caplog.text
    assert SECRETS[1] not in caplog.text
