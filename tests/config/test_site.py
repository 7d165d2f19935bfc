"""The paper tells the gateway which responses are at hand, who may upload, and what to tell those it refuses."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.wsgi import get_wsgi_application
from pytest_django import Settings

from broadsheet.accounts.states import Role
from broadsheet.bakery.pages import Page
from broadsheet.config import site
from broadsheet.config.page_server import page_server
from broadsheet.config.site import Paper
from broadsheet.config.static_files import with_static_files
from broadsheet.core.error_pages import MESSAGES, refused_request, remember_language
from broadsheet.gateway.responses import FileBody
from broadsheet.pagecache.server import Environ
from tests.factories import accounts, newsroom

BACKEND = "broadsheet.accounts.backends.LimitedBackend"


def environ_of(path: str, method: str = "GET", cookie: str = "") -> Environ:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_HOST": "paper.example",
        "HTTP_COOKIE": cookie,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }


@pytest.fixture
def paper(settings: Settings, tmp_path: Path) -> Paper:
    """A paper with one static file and an empty folder of baked pages."""
    settings.BAKED_PAGES, settings.STATIC_ROOT = tmp_path / "baked", tmp_path / "static"
    (tmp_path / "static").mkdir()
    (tmp_path / "static/paper.css").write_text("body {}")
    static_files = with_static_files(get_wsgi_application())
    return Paper(page_server(static_files), static_files)


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_the_liveness_check_needs_no_thread(path: str, paper: Paper) -> None:
    response = paper.instant(environ_of(path))
    assert response is not None
    assert (response.status, response.body) == (200, b"ok\n")
    assert paper.instant(environ_of("/readyz")) is None


@pytest.mark.django_db
def test_a_baked_page_is_read_from_the_disk_once_and_then_at_hand(paper: Paper) -> None:
    environ = environ_of(f"/{newsroom.article(title='The dredger').address}/")
    assert (paper.instant(environ), paper.is_stored(environ)) == (None, False)
    page = Page(environ["PATH_INFO"], b"The dredger", (("Content-Type", "text/html"),))
    assert paper.pages.store.put(page, is_stale=lambda: False)
    assert (paper.instant(environ), paper.is_stored(environ)) == (None, True)
    response = paper.stored(environ)
    assert response is not None
    assert (response.status, response.body) == (200, b"The dredger")
    assert paper.instant(environ) == response


def test_static_files_are_stored_and_other_addresses_beneath_their_prefix_are_not(paper: Paper) -> None:
    environ = {**environ_of("/static/paper.css"), "wsgi.file_wrapper": FileBody}
    assert paper.is_stored(environ)
    response = paper.stored(environ)
    assert response is not None
    assert Path(response.path).read_text() == "body {}"
    assert not paper.is_stored(environ_of("/static/none.css"))  # which Django answers, and so a thread of its own
    assert not paper.is_stored(environ_of("/search/"))


def session_of(user: Any) -> str:
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"


@pytest.mark.django_db
def test_an_upload_needs_the_session_of_somebody_who_has_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.config.site.close_old_connections", lambda: None)  # the test's own has to last
    cookie = session_of(accounts.staff(Role.EDITOR))
    assert site.is_upload(environ_of("/cms/images/add/", "POST", cookie))
    assert not site.is_upload(environ_of("/sign-in/", "POST", cookie))
    assert not site.is_upload(environ_of("/cms/images/add/", "POST", "a=b"))
    assert site.may_upload(environ_of("/cms/images/add/", "POST", cookie))
    assert not site.may_upload(environ_of("/cms/images/add/", "POST", "sessionid=" + "a" * 32))


@pytest.mark.parametrize("status", MESSAGES)
def test_a_refused_request_gets_a_page_in_the_paper_s_language(status: HTTPStatus) -> None:
    pages = set()
    for language in ("en", "de"):
        remember_language(language)
        page = refused_request(status).decode()
        assert f'<html lang="{language}">' in page
        pages.add(page)
    remember_language("en-gb")
    assert len(pages) == 2
