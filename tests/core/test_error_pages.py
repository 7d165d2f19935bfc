"""Error pages explain an outage and return the submitted fields; a bug is not taken for an outage."""

import errno
import logging
import sqlite3
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client
from psycopg import errors as postgres

from broadsheet.core.error_pages import OutageLogFilter, is_outage, remember_language
from broadsheet.newsroom.models import Paper

SUBMITTED = {"name": "Ida Holm", "text": "\nI stood on the <quay>.\n", "password": "dragon-tree", "terms": "7"}


def failing_load(error: BaseException) -> Callable[..., Paper]:
    """Return a replacement for the first query of every page, which raises an error."""

    def load(*_: object, **__: object) -> Paper:
        raise error

    return load


def caused(error: DatabaseError, by: BaseException) -> DatabaseError:
    error.__cause__ = by
    return error


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("from SQLite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("away"),
        InterfaceError("connection already closed"),
        caused(OperationalError(), of_sqlite(sqlite3.SQLITE_FULL)),
        caused(OperationalError(), of_sqlite(sqlite3.SQLITE_BUSY)),
        caused(OperationalError(), postgres.DiskFull()),
        caused(DatabaseError(), postgres.ReadOnlySqlTransaction()),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_errors_of_the_database_server_and_the_disk_are_outages(error: BaseException) -> None:
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError(),
        DatabaseError("current transaction is aborted"),
        caused(OperationalError(), of_sqlite(sqlite3.SQLITE_ERROR)),
        OSError(errno.ENOENT, "No such file"),
    ],
)
def test_bugs_are_not_outages(error: BaseException | None) -> None:
    assert not is_outage(error)


@pytest.mark.parametrize(("error", "status"), [(OperationalError("away"), 503), (ValueError("ours"), 500)])
def test_the_submitted_fields_are_returned_for_another_attempt(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Paper, "load", failing_load(error))
    answer = Client(raise_request_exception=False).post("/desk/comments/1/decide/", SUBMITTED)
    page = BeautifulSoup(answer.content, "lxml")
    form = page.select_one("form[method=post]:not([action])")
    assert form is not None
    # The first line break in a textarea is not part of its value (HTML, 13.1.2.5).
    fields = {field["name"]: field.get("value", field.get_text()[1:]) for field in form.select("input, textarea")}
    assert fields == {name: value for name, value in SUBMITTED.items() if name != "password"} | {
        "text": SUBMITTED["text"]
    }
    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")
    assert answer.headers.get("Retry-After") == ("30" if status == 503 else None)
    assert "saved" in page.select_one(".deck").get_text()  # type: ignore[union-attr]


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """The process has met no other paper."""
    remember_language("en-gb")


def test_an_outage_is_explained_in_the_language_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Paper, "load", failing_load(OperationalError("away")))
    remember_language("de")
    page = Client(raise_request_exception=False).get("/archive/").content.decode()
    assert '<html lang="de">' in page


def test_a_reader_gets_503_without_a_form_during_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Paper, "load", failing_load(OperationalError("away")))
    connection.close()
    answer = Client(raise_request_exception=False).get("/archive/")
    assert answer.status_code == 503
    assert "can’t be shown" in answer.content.decode()
    assert "<form" not in answer.content.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_unreadable_form_during_an_outage_gets_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Paper, "load", failing_load(OperationalError("away")))
    reader = Client(raise_request_exception=False)
    answer = reader.post("/archive/", data=b"nothing of the kind", content_type="multipart/form-data")
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("error", "line"), [(OperationalError("away\n now"), "Broke: / (away now)"), (None, "Broke: /")]
)
def test_an_outage_is_logged_in_one_line(error: Exception | None, line: str) -> None:
    caught = (type(error), error, None) if error else None
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Broke: %s", ("/",), caught)
    assert OutageLogFilter().filter(record)
    assert (record.getMessage(), record.exc_info) == (line, None)


def test_a_bug_is_logged_with_its_traceback() -> None:
    fault = ValueError()
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Broke", (), (ValueError, fault, None))
    assert OutageLogFilter().filter(record)
    assert record.exc_info
