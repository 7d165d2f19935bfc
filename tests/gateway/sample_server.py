"""A server with a small site and short limits: `python -m tests.gateway.sample_server PORT FOLDER`.

The site answers with what it was asked. It needs no Django and no paper, so a test can start one in a second.
"""

import json
import sys
import threading
import time
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from broadsheet.command import http_server
from broadsheet.gateway.limits import Allowance, Limits
from broadsheet.gateway.responses import FileBody, Response
from broadsheet.gateway.site import Site

LIMITS = Limits(
    head_seconds=1.5,
    body_bytes=1_000,
    body=Allowance(1.0, rate=1_000, at_most=3.0),
    upload_bytes=2_000_000,
    upload=Allowance(1.0, rate=1_000_000, at_most=3.0),
    bodies_bytes=2_500_000,
    linger_seconds=1.0,
    unread_seconds=2.0,
    threads=2,
    file_threads=1,
    waiting=3,
    stop_seconds=0.5,
    grace_seconds=4.0,
)
LARGE = b"x" * 8_000_000
Environ = dict[str, Any]


def application(environ: Environ, start_response: Any) -> Iterable[bytes]:
    """Answer with the environ and the length of the body, or as the path says."""
    action, _, argument = environ["PATH_INFO"].strip("/").partition("/")
    if action == "fail":
        raise ValueError("broken")
    if action == "sleep":
        time.sleep(float(argument))
    headers = [("Content-Type", "text/plain")]
    if action == "file":
        return file_response(argument, environ, start_response)
    if action == "large":
        start_response("200 OK", headers)
        return [LARGE]
    if action == "header":
        headers.append(("X-Odd", "Zoë — 1"))
    start_response("200 OK", headers)
    plain = {name: value for name, value in environ.items() if isinstance(value, str)}
    body = environ["wsgi.input"].read()
    return [json.dumps({**plain, "body": body.decode("latin-1")[:2_000], "length": len(body)}).encode()]


def file_response(name: str, environ: Environ, start_response: Any) -> Iterable[bytes]:
    file = Path(sys.argv[2], name).open("rb")  # noqa: SIM115 - the server closes it
    start_response("200 OK", [("Content-Length", str(Path(file.name).stat().st_size))])
    wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file)
    assert isinstance(wrapped, FileBody)
    return wrapped


def instant(environ: Environ) -> Response | None:
    """Return a page from memory, which also names the thread that returned it."""
    if environ["PATH_INFO"] == "/instant/":
        return Response(200, [("Content-Type", "text/plain")], threading.current_thread().name.encode())
    return Response(200, [], LARGE) if environ["PATH_INFO"] == "/instant/large/" else None


def stored(environ: Environ) -> Response | None:
    """Return a page from the disk, unless it has expired."""
    if environ["PATH_INFO"] == "/stored/expired/":
        return None
    if environ["PATH_INFO"] == "/stored/broken/":
        raise OSError("the disk is broken")
    return Response(200, [("Content-Type", "text/plain")], threading.current_thread().name.encode())


def may_upload(environ: Environ) -> bool:
    """Return whether the sender is known, unless the database is away."""
    if environ.get("HTTP_COOKIE") == "away=1":
        raise OSError("the database is away")
    return environ.get("HTTP_COOKIE") == "known=1"


SITE = Site(
    application,
    refusal=lambda status: f"<p>Refused: {status.value} {HTTPStatus(status).phrase}".encode(),
    instant=instant,
    stored=stored,
    is_stored=lambda environ: environ["PATH_INFO"].startswith("/stored/"),
    is_upload=lambda environ: environ["PATH_INFO"].startswith("/upload/"),
    may_upload=may_upload,
)

if __name__ == "__main__":
    sys.exit(http_server.serve(SITE, "127.0.0.1", int(sys.argv[1]), 1, LIMITS))
