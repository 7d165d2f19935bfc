"""`broadsheet serve` alone withstands clients that are slow or silent, or send too much (ADR 36)."""

import http.client
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.command.bad_clients import KINDS, bad_clients
from tests.command.load import Articles, request
from tests.command.papers import EDITOR, Paper, RunningCommand, serving, wait_until

pytestmark = pytest.mark.timeout(600)
NUMBER = 100  # of bad clients of each kind
PATIENCE = 20.0  # seconds; with the fault, no answer ever comes
STOPPED_WITHIN = 20.0  # seconds: five for responses on their way, and a slow machine
POST = b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
PASSWORD = "the tide comes in twice"
SET_PASSWORD = """
from broadsheet.accounts.models import User
editor = User.objects.get(email={email!r})
editor.set_password({password!r})
editor.save()
"""


@pytest.fixture
def articles(paper: Paper) -> Articles:
    """Two articles of the paper."""
    return Articles.of(paper, articles=2)


@pytest.fixture
def running(paper: Paper, articles: Articles) -> Iterator[RunningCommand]:
    """The paper as it is served, with its first article baked."""
    with serving(paper) as running:
        file = paper.folder / f"baked/pages{articles.pages[0]}index.html"
        wait_until(lambda: request(running.port, articles.pages[0])[0] == 200 and file.exists())
        yield running


def response_to(running: RunningCommand, *parts: bytes) -> bytes:
    """Send the parts of a request, and return all that comes until the connection is closed."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=90) as client:
        for part in parts:
            client.sendall(part)
        return b"".join(iter(lambda: client.recv(65_536), b""))


def test_readers_and_commenters_are_served_beside_bad_clients_of_every_kind(
    running: RunningCommand, articles: Articles
) -> None:
    page, other = articles.pages
    with ExitStack() as stack:
        for kind in KINDS:
            stack.enter_context(bad_clients(running.port, kind, NUMBER, page))
        for _ in range(20):
            assert request(running.port, "/healthz", timeout=PATIENCE) == (200, "ok\n")
            assert request(running.port, page, timeout=PATIENCE)[0] == 200
        comments = [articles.comment(f"I saw the tide {number} times.") for number in range(3)]
        answers = [request(running.port, articles.form(other), form, timeout=PATIENCE)[0] for form in comments]
        assert answers == [302] * 3


def test_serve_stops_in_spite_of_bad_clients(running: RunningCommand, articles: Articles) -> None:
    with ExitStack() as stack:
        for kind in KINDS:
            stack.enter_context(bad_clients(running.port, kind, NUMBER // 4, articles.pages[0]))
        began = time.monotonic()
        assert running.end() == 0
        assert time.monotonic() - began < STOPPED_WITHIN
        assert "killed" not in running.output[1]


@pytest.mark.parametrize(
    ("head", "status", "sentence"),
    [
        (
            b"Content-Length: 1000000000\r\nContent-Type: multipart/form-data; boundary=a\r\n\r\n--a",
            413,
            "up to 100 kB",
        ),
        (b"Content-Length: 100001\r\n\r\n", 413, "up to 100 kB"),
    ],
)
def test_a_request_of_the_wrong_size_is_refused_before_it_has_come(
    running: RunningCommand, head: bytes, status: int, sentence: str
) -> None:
    answer = response_to(running, POST, head).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert "\r\nconnection: close\r\n" in answer
    assert sentence in answer


def test_a_body_below_the_least_rate_and_a_silent_connection_are_ended(running: RunningCommand) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as silent:
        answer = response_to(running, POST, b"Content-Length: 5000\r\n\r\n", b"name=I").decode()
        assert silent.recv(1) == b""
    assert answer.startswith("HTTP/1.1 408 ")
    assert "so slowly that we stopped waiting" in answer


def test_an_editor_who_has_signed_in_may_upload_more_than_a_form(paper: Paper, running: RunningCommand) -> None:
    paper.shell(SET_PASSWORD.format(email=EDITOR, password=PASSWORD))
    with closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)) as connection:
        connection.request("GET", "/sign-in/")
        response = connection.getresponse()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.read().decode())
        cookie = str(response.getheader("Set-Cookie")).partition(";")[0]
        assert token
        form = f"username={EDITOR}&password={PASSWORD.replace(' ', '+')}&csrfmiddlewaretoken={token[1]}"
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sign-in/", form, headers)
        response = connection.getresponse()
        response.read()
        assert response.status == 302
        session = re.search(r"sessionid=\w+", str(response.headers))
        assert session
        statuses = {}
        for who, sent in {"editor": session[0], "forged": "sessionid=" + "a" * 32, "nobody": "a=b"}.items():
            connection.request("POST", "/cms/images/add/", b"a" * 200_000, {"Cookie": sent})
            response = connection.getresponse()
            response.read()
            statuses[who] = response.status
            connection.close()
    assert statuses == {"editor": 403, "forged": 413, "nobody": 413}  # Django has read it, and misses the token
