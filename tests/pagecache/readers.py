"""A reader who sends requests to the page server, and sees status, headers and body."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection

from broadsheet.config.page_server import page_server
from broadsheet.pagecache.server import Application, PageServer


@dataclass
class Response:
    """The response to a request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Reader:
    """A reader of the page server; `server.application` is Django, or the application that a test puts there."""

    server: PageServer = field(default_factory=lambda: page_server(get_wsgi_application()))
    host: str = "paper.example"

    def get(self, path: str, method: str = "GET", **headers: str) -> Response:
        """Requests a path; headers are named as in Python: `accept_encoding="br"`."""
        return ask(self.server, path, method, **{"host": self.host, **headers})

    def uncached(self, path: str) -> Response:
        """Requests a path of Django itself, past the page server."""
        return ask(self.server.application, path, host=self.host)

    def is_baked(self, path: str) -> bool:
        """Whether the page lies on the disk."""
        return any(file.exists() for file in self.files(path))

    def files(self, path: str) -> tuple[Path, ...]:
        """The files that the page may have."""
        return self.server.store.files.of(path)


def ask(application: Application, path: str, method: str = "GET", **headers: str) -> Response:
    """One request, answered by the application."""
    before, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(before).decode("latin-1"),
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "HTTP_HOST": "paper.example",
        "SERVER_NAME": "paper.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    heads: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, sent: list[tuple[str, str]], exc_info: object = None) -> None:
        heads.append((status, sent))

    with open_connection():
        body = whole(application(environ, start_response))
    status, sent = heads[-1]
    return Response(int(status.split()[0]), {name.lower(): value for name, value in sent}, body)


@contextmanager
def open_connection() -> Iterator[None]:
    """Keeps a test's own transaction open across requests, as Django's test client does."""
    signals = (request_started, request_finished) if connection.in_atomic_block else ()
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def whole(parts: Iterable[bytes]) -> bytes:
    """The body, put together and closed as a server does."""
    try:
        return b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
