"""Whoever meets an outage gets a sentence and their words back; a fault in the code is not taken for an outage."""

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

SENT = {"name": "Ida Holm", "text": "\nI stood on the <quay>.\n", "password": "dragon-tree", "terms": "7"}


def breaks_with(error: BaseException) -> Callable[..., Paper]:
    """What every page asks first, where the database is away."""

    def load(*_: object, **__: object) -> Paper:
        raise error

    return load


def caused(error: DatabaseError, by: BaseException) -> DatabaseError:
    error.__cause__ = by
    return error


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("said by SQLite")
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
def test_what_passes_by_itself_is_an_outage(error: BaseException) -> None:
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
def test_a_fault_in_the_code_is_none(error: BaseException | None) -> None:
    assert not is_outage(error)


@pytest.mark.parametrize(("error", "status"), [(OperationalError("away"), 503), (ValueError("ours"), 500)])
def test_who_sent_something_gets_it_back_to_send_again(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Paper, "load", breaks_with(error))
    answer = Client(raise_request_exception=False).post("/desk/comments/1/decide/", SENT)
    page = BeautifulSoup(answer.content, "lxml")
    form = page.select_one("form[method=post]:not([action])")
    assert form is not None
    # The first line end in a textarea is none of its text (HTML, 13.1.2.5).
    kept = {one["name"]: one.get("value", one.get_text()[1:]) for one in form.select("input, textarea")}
    assert kept == {name: value for name, value in SENT.items() if name != "password"} | {"text": SENT["text"]}
    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")
    assert answer.headers.get("Retry-After") == ("30" if status == 503 else None)
    assert "saved" in page.select_one(".deck").get_text()  # type: ignore[union-attr]


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """The process has met no other paper."""
    remember_language("en-gb")


def test_an_outage_is_explained_in_the_language_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Paper, "load", breaks_with(OperationalError("away")))
    remember_language("de")
    page = Client(raise_request_exception=False).get("/archive/").content.decode()
    assert '<html lang="de">' in page


def test_who_only_reads_is_asked_for_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Paper, "load", breaks_with(OperationalError("away")))
    connection.close()
    answer = Client(raise_request_exception=False).get("/archive/")
    assert answer.status_code == 503
    assert "can’t be shown" in answer.content.decode()
    assert "<form" not in answer.content.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_form_that_cannot_be_read_is_no_second_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Paper, "load", breaks_with(OperationalError("away")))
    reader = Client(raise_request_exception=False)
    answer = reader.post("/archive/", data=b"nothing of the kind", content_type="multipart/form-data")
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("error", "said"), [(OperationalError("away\n now"), "Broke: / (away now)"), (None, "Broke: /")]
)
def test_the_log_names_an_outage_in_one_line(error: Exception | None, said: str) -> None:
    caught = (type(error), error, None) if error else None
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Broke: %s", ("/",), caught)
    assert OutageLogFilter().filter(record)
    assert (record.getMessage(), record.exc_info) == (said, None)


def test_the_log_says_where_a_fault_in_the_code_is() -> None:
    fault = ValueError()
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Broke", (), (ValueError, fault, None))
    assert OutageLogFilter().filter(record)
    assert record.exc_info
