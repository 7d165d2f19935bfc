"""Asks the paper for one of its own pages, as a reader would: there is no other way in which a page is baked."""

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


class Fate(Enum):
    """What became of a page that was asked for."""

    BAKED = "baked"
    ALREADY = "already baked"
    UNKEPT = "answered, but not kept"
    ELSEWHERE = "no page any more, or one that only leads on"
    FAILED = "not answered"


@dataclass(frozen=True)
class Asked:
    """What a reader without cookies got, unpacked."""

    path: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fate: Fate

    def header(self, name: str) -> str:
        """The value of one header; empty where there is none."""
        return next((value for own, value in self.headers if own.lower() == name), "")


def ask(path: str) -> Asked:
    """Asks the whole application, with the paper's own host, and tells what became of the page.

    A page that cannot be rendered is an answer too; it raises nothing.
    """
    said: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], error: object = None, /) -> Callable[[bytes], None]:
        del error
        said.append((status, headers))
        return written.append

    before = lies(path)
    answered = _whole(get_internal_wsgi_application()(_environ(path), start_response))
    line, headers = said[-1]
    status, body = int(line.split()[0]), b"".join([*written, answered])
    return Asked(path, status, tuple(headers), body, _fate(status, before, lies(path)))


def baked(path: str) -> Asked:
    """The same, once more where the page was not kept: something on it may have changed at that very moment."""
    asked = ask(path)
    return ask(path) if asked.fate == Fate.UNKEPT else asked


def lies(path: str) -> FileVersion | None:
    """What tells the baked page that lies on the disk from every other; None where none does."""
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


def _whole(answered: Iterable[bytes]) -> bytes:
    try:
        return b"".join(answered)
    finally:
        if hasattr(answered, "close"):
            answered.close()


def _fate(status: int, before: FileVersion | None, after: FileVersion | None) -> Fate:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Fate.FAILED
    if status != HTTPStatus.OK:
        return Fate.ELSEWHERE
    if after is None:
        return Fate.UNKEPT
    return Fate.ALREADY if before == after else Fate.BAKED
