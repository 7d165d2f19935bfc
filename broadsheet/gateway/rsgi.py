"""The parts of RSGI that the gateway uses (version 1.5; docs/spec/RSGI.md in granian's repository)."""

from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import Protocol

Headers = list[tuple[str, str]]


class RequestHeaders(Protocol):
    """The headers of a request, with names in lower case."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Return all headers, of which several may have one name."""
        ...

    def get(self, key: str, default: str = "") -> str:
        """Return the first value of a header."""
        ...

    def get_all(self, key: str) -> list[str]:
        """Return all values of a header."""
        ...


class Scope(Protocol):
    """The head of a request. `server` and `client` are addresses with ports; `path` is decoded."""

    http_version: str
    server: str
    client: str
    method: str
    path: str
    query_string: str
    authority: str | None
    headers: RequestHeaders


class HTTPProtocol(Protocol):
    """The body of a request, in chunks, and the ways to respond, of which the first call counts."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Begin to read the body; raises RuntimeError the second time."""
        ...

    def __anext__(self) -> Awaitable[bytes]:
        """Return the next chunk, or raise StopAsyncIteration."""
        ...

    def response_empty(self, status: int, headers: Headers) -> None:
        """Respond without a body."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Respond with a body from memory."""

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        """Respond with a file, which is read while the client takes it."""
