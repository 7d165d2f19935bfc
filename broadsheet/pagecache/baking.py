"""Bakes a page by a request to the paper's own WSGI application: pages are baked in no other way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.servers.basehttp import get_internal_wsgi_application

from broadsheet.bakery.memory import FileVersion, file_version
from broadsheet.bakery.store import Store


class BakeResult(Enum):
    """The result of a request that was to bake a page."""

    BAKED = "baked"
    ALREADY_BAKED = "already baked"
    NOT_STORED = "rendered, but not stored"
    NO_PAGE = "no page any more, or a redirect"
    FAILED = "a server error"


@dataclass(frozen=True)
class PageResponse:
    """The response to a reader without cookies, uncompressed, and the result for the page on the disk."""

    path: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    result: BakeResult

    def header(self, name: str) -> str:
        """Return the value of a header; empty if the response does not have it."""
        return next((value for own, value in self.headers if own.lower() == name), "")


def request_page(path: str) -> PageResponse:
    """Request a page of the whole application, with the paper's own host. A server error is a response too."""
    heads: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], error: object = None, /) -> Callable[[bytes], None]:
        del error
        heads.append((status, headers))
        return written.append

    before = baked_version(path)
    body = _joined(get_internal_wsgi_application()(_environ(path), start_response))
    status_line, headers = heads[-1]
    status = int(status_line.split()[0])
    return PageResponse(
        path, status, tuple(headers), b"".join([*written, body]), _result(status, before, baked_version(path))
    )


def bake_page(path: str) -> PageResponse:
    """Request a page, and once more if it was not stored: a purge may have come during its rendering."""
    response = request_page(path)
    return request_page(path) if response.result == BakeResult.NOT_STORED else response


def baked_version(path: str) -> FileVersion | None:
    """Return the version of a page's file on the disk; None if the page is not baked."""
    files = Store(settings.BAKED_PAGES).files.of(unquote(path))
    return next(filter(None, map(file_version, files)), None)


def _environ(path: str) -> dict[str, Any]:
    own = urlsplit(settings.BASE_URL)
    environ: dict[str, Any] = {
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": "",
        "HTTP_HOST": own.netloc,
        "SERVER_NAME": own.hostname,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": own.scheme,
    }
    setup_testing_defaults(environ)
    return environ


def _joined(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()


def _result(status: int, before: FileVersion | None, after: FileVersion | None) -> BakeResult:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return BakeResult.FAILED
    if status != HTTPStatus.OK:
        return BakeResult.NO_PAGE
    if after is None:
        return BakeResult.NOT_STORED
    return BakeResult.ALREADY_BAKED if before == after else BakeResult.BAKED
