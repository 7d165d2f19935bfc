"""Clients that are slow, silent, or send too much cost a fixed amount: a time, a size, and no thread (ADR 36)."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from broadsheet.gateway.limits import Allowance
from tests.gateway.clients import POST, SMALL_BUFFER, Server, received, sample_server
from tests.gateway.sample_server import LIMITS

pytestmark = pytest.mark.once
SLACK = 8.0  # seconds that a busy machine may take longer
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
UPLOAD = b"POST /upload/ HTTP/1.1\r\nHost: paper.example\r\nConnection: close\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests here share."""
    with sample_server(tmp_path_factory.mktemp("files")) as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may stop."""
    with sample_server(tmp_path) as server:
        yield server


def test_an_allowance_grows_with_what_has_arrived_up_to_its_end() -> None:
    allowance = Allowance(20, rate=1_000, at_most=60)
    assert [allowance.after(received) for received in (0, 10_000, 100_000)] == [20, 30, 60]


@pytest.mark.parametrize(
    ("beginning", "status"),
    [
        (b"", 0),
        (b"GET / HTTP/1.1\r\nX-Slow: ", 0),
        (POST + b"Content-Length: 5\r\n\r\n", 408),
        (POST + b"Content-Length: 5\r\n\r\nab", 408),
        (POST + CHUNKED + b"2\r\nab\r\n", 408),
    ],
)
def test_a_client_that_stops_is_disconnected(beginning: bytes, status: int, server: Server) -> None:
    answer = server.answer(beginning)
    assert answer.status == status
    assert LIMITS.body.seconds * 0.9 < answer.seconds < LIMITS.head_seconds + SLACK
    assert not status or answer.body == b"<p>Refused: 408 Request Timeout"


def test_a_connection_that_is_idle_after_a_response_is_closed(server: Server) -> None:
    answer = server.answer(b"GET /instant/ HTTP/1.1\r\nHost: paper.example\r\n\r\n")
    assert answer.status == 200
    assert answer.seconds < LIMITS.head_seconds + SLACK


def test_a_body_at_a_trickle_ends_before_it_is_complete_and_one_at_the_least_rate_does_not(server: Server) -> None:
    trickle = server.answer(POST + b"Content-Length: 900\r\n\r\n", *[b"a"] * 8, pause=0.2)
    assert trickle.status == 408
    parts = [b"a" * 300] * 3  # of 300 bytes each 0.4 seconds, so that they take longer than one without a byte
    steady = server.answer(POST + b"Connection: close\r\nContent-Length: 900\r\n\r\n", *parts, pause=0.4)
    assert steady.environ["length"] == 900


@pytest.mark.parametrize(("size", "status"), [(1, 400), (64, 200)])
def test_a_body_in_very_many_chunks_is_refused_before_it_costs_much(size: int, status: int, server: Server) -> None:
    chunk = f"{size:x}\r\n{'a' * size}\r\n".encode()
    chunks = chunk * (900 if size == 1 else 15) + b"0\r\n\r\n"
    assert server.answer(POST + b"Connection: close\r\n" + CHUNKED + chunks).status == status


@pytest.mark.parametrize(
    "request_",
    [
        POST + b"Content-Length: 1001\r\n\r\n",
        POST + b"Content-Length: 1000000000\r\n\r\n" + b"a" * 100,
        POST + b"Content-Length: 3000000\r\n\r\n" + b"a" * 3_000_000,  # which all arrives before the response is read
        POST + b"Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n",
        POST + CHUNKED + b"400\r\n" + b"a" * 1_024 + b"\r\n0\r\n\r\n",
        UPLOAD + b"Content-Length: 1001\r\n\r\n",
        UPLOAD + b"Cookie: known=1\r\nContent-Length: 2000001\r\n\r\n",
    ],
)
def test_a_body_that_is_too_large_is_refused_in_words(request_: bytes, server: Server) -> None:
    answer = server.answer(request_)
    assert (answer.status, answer.body) == (413, b"<p>Refused: 413 Request Entity Too Large")
    assert "connection: close" in answer.headers
    assert answer.seconds < LIMITS.linger_seconds + SLACK


def test_a_client_that_is_still_sending_when_it_is_refused_sees_the_page(server: Server) -> None:
    with server.connect() as client:
        client.sendall(POST + b"Content-Length: 1500000\r\n\r\n")
        for _ in range(3):
            client.sendall(b"a" * 500_000)  # raises ConnectionError if the server has closed the connection
            time.sleep(0.2)
        assert received(client).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_the_largest_size_is_read_and_an_upload_of_a_known_sender(server: Server) -> None:
    assert server.post(b"Content-Length: 1000\r\n", b"a" * 1_000).environ["length"] == 1_000
    known = UPLOAD + b"Cookie: known=1\r\n"
    assert server.answer(known + b"Content-Length: 1900000\r\n\r\n" + b"a" * 1_900_000).environ["length"] == 1_900_000
    chunk = b"%x\r\n" % 500_000 + b"a" * 500_000 + b"\r\n"
    assert server.answer(known + CHUNKED + chunk + b"0\r\n\r\n").environ["length"] == 500_000


@pytest.mark.parametrize(
    "request_",
    [
        POST + b"Content-Length: 5\r\n\r\nab",
        POST + CHUNKED + b"2\r\nab\r\n",
        POST + CHUNKED + b"5\r\nab",
    ],
)
def test_an_incomplete_body_never_reaches_the_application(request_: bytes, server: Server) -> None:
    answer = server.answer(request_, half_closed=True)
    assert (answer.status, answer.body) == (400, b"<p>Refused: 400 Bad Request")


def test_an_upload_whose_sender_cannot_be_looked_up_is_refused_for_now(server: Server) -> None:
    assert server.answer(UPLOAD + b"Cookie: away=1\r\nContent-Length: 5000\r\n\r\n").status == 503


def test_bodies_that_are_incomplete_share_one_allowance_of_memory(server: Server) -> None:
    known = UPLOAD + b"Cookie: known=1\r\nContent-Length: 1999999\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(2):
            client = stack.enter_context(closing(server.connect()))
            client.sendall(known + b"a" * 1_900_000)
        time.sleep(0.5)
        assert server.answer(known + b"a" * 1_999_999).status == 503
        assert server.get("/instant/").status == 200
    time.sleep(0.5)
    assert server.answer(known + b"a" * 1_999_999).status == 200


def test_unfinished_bodies_hold_no_thread(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(LIMITS.threads + LIMITS.waiting + 10):
            client = stack.enter_context(closing(server.connect()))
            client.sendall(POST + b"Content-Length: 5\r\n\r\nab")
        assert server.post(b"Content-Length: 2\r\n", b"ab").environ["body"] == "ab"


def test_responses_that_nobody_takes_hold_no_thread_and_are_given_up(server: Server) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(server.connect(buffer=SMALL_BUFFER))) for _ in range(20)]
        paths = [b"/large", b"/file/large", b"/instant/large/"]
        for number, client in enumerate(clients):
            client.sendall(b"GET " + paths[number % len(paths)] + b" HTTP/1.1\r\nHost: paper.example\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"
        assert server.get("/").status == 200
        time.sleep(LIMITS.unread_seconds + 3)
        for client in clients:
            assert len(received(client)) < 6_000_000


def test_of_more_requests_than_may_wait_for_a_thread_some_are_refused(server: Server) -> None:
    number = LIMITS.threads + LIMITS.waiting + 4
    with ThreadPoolExecutor(number) as pool:
        statuses = sorted(pool.map(lambda _: server.get("/sleep/0.5").status, range(number)))
        assert server.get("/instant/").status == 200
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= LIMITS.threads + LIMITS.waiting
    assert server.get("/").status == 200


def test_stopping_finishes_what_is_in_progress_and_waits_for_no_client(own_server: Server) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(own_server.connect(buffer=SMALL_BUFFER))) for _ in range(5)]
        silent, head, body, reading, working = clients
        head.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        body.sendall(POST + b"Content-Length: 5\r\n\r\nab")
        reading.sendall(b"GET /large HTTP/1.1\r\nHost: paper.example\r\n\r\n")
        working.sendall(b"GET /sleep/1.5 HTTP/1.1\r\nHost: paper.example\r\n\r\n")
        time.sleep(0.3)
        seconds = own_server.end()
        assert received(body).startswith(b"HTTP/1.1 503 ")
        assert received(working).startswith(b"HTTP/1.1 200 ")
        assert received(silent) == b""
    assert 1.0 < seconds < 1.5 + LIMITS.stop_seconds + SLACK


def test_stopping_does_not_wait_for_ever_for_the_application(own_server: Server) -> None:
    with own_server.connect() as client:
        client.sendall(b"GET /sleep/60 HTTP/1.1\r\nHost: paper.example\r\n\r\n")
        time.sleep(0.3)
        assert own_server.end() < LIMITS.grace_seconds + LIMITS.stop_seconds + SLACK
        assert client.recv(1) == b""


def test_a_server_that_has_stopped_leaves_its_port_free(own_server: Server) -> None:
    own_server.end()
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", own_server.port)) != 0
