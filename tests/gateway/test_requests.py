"""A complete request reaches the application as PEP 3333 says, and its response reaches the client."""

from collections.abc import Iterator

import pytest

from tests.gateway.clients import POST, Server, sample_server
from tests.gateway.sample_server import LARGE

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests here share."""
    with sample_server(tmp_path_factory.mktemp("files")) as server:
        yield server


def test_a_request_becomes_an_environ(server: Server) -> None:
    answer = server.answer(
        b"POST /a%20b%C3%A9?c=%20d HTTP/1.1\r\nHost: paper.example\r\nCookie: a=1\r\nX-Forwarded-Proto: https\r\n"
        b"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\nCookie: b=2\r\nContent-Type: text/plain\r\n"
        b"Connection: close\r\nContent-Length: 3\r\n\r\nabc"
    )
    expected = {
        "REQUEST_METHOD": "POST",
        "QUERY_STRING": "c=%20d",
        "HTTP_HOST": "paper.example",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_FOR": "192.0.2.1,192.0.2.2",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(server.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "body": "abc",
    }
    assert answer.status == 200
    assert {name: answer.environ[name] for name in expected} == expected
    assert answer.environ["PATH_INFO"].encode("latin-1").decode() == "/a bé"
    assert "PATH" not in answer.environ  # of the operating system


def test_a_header_with_an_underscore_does_not_pass_for_another(server: Server) -> None:
    answer = server.get("/", b"X_Forwarded_Proto: https\r\nX_Forwarded-Host: evil.example\r\n")
    assert not [name for name in answer.environ if "FORWARDED" in name]


def test_the_host_of_an_absolute_address_replaces_the_header(server: Server) -> None:
    environ = server.get("http://other.example:81/a?b").environ
    assert (environ["HTTP_HOST"], environ["PATH_INFO"], environ["QUERY_STRING"]) == ("other.example:81", "/a", "b")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: paper.example\r\nHost: evil.example\r\n\r\n", 400),
        (b"GET /instant/ HTTP/1.1\r\nHost: paper.example\r\nHost: paper.example\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\n\r\n", 200),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 501),
        (POST + b"Transfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 200),
    ],
)
def test_a_request_has_one_host_and_no_coding_but_chunks(request_: bytes, status: int, server: Server) -> None:
    assert server.answer(request_).status == status


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("text/plain; charset=hex", "text/plain"),
        ('multipart/form-data; CHARSET = "rot13"; boundary=x', "multipart/form-data; boundary=x"),
        ("multipart/form-data; boundary=x;charset=utf-16", "multipart/form-data; boundary=x"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_is_read_in_the_encoding_of_its_page_whatever_it_claims(sent: str, read: str, server: Server) -> None:
    assert server.get("/", f"Content-Type: {sent}\r\n".encode()).environ["CONTENT_TYPE"] == read


def test_a_body_in_chunks_gets_its_length(server: Server) -> None:
    body = b"2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
    environ = server.post(b"Transfer-Encoding: chunked\r\n", body).environ
    assert (environ["body"], environ["CONTENT_LENGTH"]) == ("abcde", "5")
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_a_client_that_expects_it_is_told_to_continue(server: Server) -> None:
    with server.connect() as client:
        client.sendall(POST + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"ab")
        assert b'"body": "ab"' in client.recv(4096)


def test_a_response_from_memory_needs_no_thread_and_one_from_the_disk_another_than_the_application(
    server: Server,
) -> None:
    assert server.get("/instant/").body == b"MainThread"
    assert server.get("/stored/").body.startswith(b"file")
    assert server.get("/stored/expired/").status == 200  # by the application


@pytest.mark.parametrize("path", ["/file/large", "/instant/"])
def test_a_head_request_gets_the_headers_alone(path: str, server: Server) -> None:
    head, whole = server.get(path, method=b"HEAD"), server.get(path)
    lengths = [line for line in whole.headers if line.startswith("content-length: ")]
    assert len(lengths) == 1
    assert lengths[0] in head.headers
    assert head.body == b""


def test_a_file_is_sent_whole(server: Server) -> None:
    answer = server.get("/file/large")
    assert answer.body == b"y" * 6_000_000
    assert "content-length: 6000000" in answer.headers


def test_a_large_response_is_sent_whole(server: Server) -> None:
    assert server.get("/large").body == LARGE


def test_a_header_outside_ascii_is_percent_encoded(server: Server) -> None:
    assert "x-odd: Zo%C3%AB %E2%80%94 1" in server.get("/header").headers


@pytest.mark.parametrize("path", ["/fail", "/stored/broken/"])
def test_a_site_that_fails_is_answered_for(path: str, server: Server) -> None:
    answer = server.get(path)
    assert (answer.status, answer.body) == (500, b"<p>Refused: 500 Internal Server Error")


def test_a_connection_serves_one_request_after_another(server: Server) -> None:
    with server.connect() as client:
        for _ in range(3):
            client.sendall(b"GET /instant/ HTTP/1.1\r\nHost: paper.example\r\n\r\n")
            assert client.recv(4096).endswith(b"MainThread")
