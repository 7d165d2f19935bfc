"""Responses: how that of a WSGI application is collected in a thread, and handed to granian as a whole."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPMethod, HTTPStatus
from typing import Any
from urllib.parse import quote

from broadsheet.gateway.rsgi import Headers, HTTPProtocol

BLOCK = 64 * 1024  # bytes
Application = Callable[..., Iterable[bytes]]
VISIBLE_ASCII = "".join(map(chr, range(0x20, 0x7F)))


class FileBody:
    """A body that is read from a file: the wsgi.file_wrapper of PEP 3333.

    `path` is the name of a whole file on the disk, which granian reads itself while the client takes it; otherwise it
    is empty.
    """

    def __init__(self, file: Any, block_size: int = BLOCK) -> None:
        self.file = file
        self.block_size = block_size
        is_whole = isinstance(file, io.BufferedReader) and isinstance(file.name, str) and file.tell() == 0
        self.path = file.name if is_whole else ""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the blocks of the file, for middleware that reads the body itself."""
        while block := self.file.read(self.block_size):
            yield block

    def close(self) -> None:
        """Close the file, and with it the application's response."""
        if hasattr(self.file, "close"):
            self.file.close()


@dataclass(frozen=True)
class Response:
    """A complete response. Its body is `body`, or the file at `path`."""

    status: int
    headers: Headers
    body: bytes = b""
    path: str = ""

    def send(self, protocol: HTTPProtocol) -> None:
        """Hand the response to granian, from any thread; the time that the client takes for it costs no thread."""
        if self.path:
            protocol.response_file(self.status, self.headers, self.path)
        elif self.body:
            protocol.response_bytes(self.status, self.headers, self.body)
        else:
            protocol.response_empty(self.status, self.headers)


def refusal(status: HTTPStatus, page: bytes) -> Response:
    """Return the response that refuses a request and ends the connection."""
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"), ("Connection", "close")]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", "30"))
    return Response(status, headers, page)


@dataclass
class StartedResponse:
    """The status and headers of an application's response: the start_response of PEP 3333."""

    status: str = ""
    headers: Headers = field(default_factory=list)

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        self.status, self.headers = status, headers
        return _no_write


def _no_write(body: bytes) -> None:
    raise NotImplementedError("the write() of PEP 3333 is not offered: the body is what the application returns")


def collect(application: Application, environ: dict[str, Any]) -> Response:
    """Return the application's response to a request, complete or as a file, and close what it returned."""
    started = StartedResponse()
    body = application(environ, started)
    try:
        is_head = environ["REQUEST_METHOD"] == HTTPMethod.HEAD
        path = body.path if isinstance(body, FileBody) and not is_head else ""
        content = b"" if path or is_head else b"".join(body)
    finally:
        if close := getattr(body, "close", None):
            close()
    headers = [(name, _ascii(value)) for name, value in started.headers]
    return Response(int(started.status[:3]), headers, content, path)


def _ascii(value: str) -> str:
    """Return the value of a header as granian accepts it: any other character than visible ASCII is percent-encoded."""
    return value if value.isascii() and value.isprintable() else quote(value.encode(errors="replace"), VISIBLE_ASCII)
