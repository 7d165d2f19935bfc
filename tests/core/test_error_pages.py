"""Error pages explain an outage and return the submitted fields; a bug is not taken for an outage."""

import errno
import sqlite3
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client
from psycopg import errors as postgres
from pytest_django import Settings

from broadsheet.core.error_pages import is_outage, remember_language
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
    assert answer.status_code == status
    assert answer.headers["Cache-Control"].startswith("no-store")
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


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "paper.example:x", "a b", "", "evil.example, paper.example"])
def test_a_request_for_another_host_is_told_where_the_paper_is(
    host: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://courant.example", ["courant.example"]
    monkeypatch.setattr("broadsheet.core.error_pages._LastLanguage.code", "de")
    answer = Client(HTTP_HOST=host, HTTP_X_FORWARDED_HOST=host).get("/sign-in/")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert '<a href="https://courant.example/">' in page
    assert "evil" not in page
    assert "erscheint nicht unter dieser Adresse" in page
