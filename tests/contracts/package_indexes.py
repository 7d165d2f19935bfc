"""A package index on this machine for the tests, and the wheel of a uv that only tells its version."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from ssl import SSLContext
from zipfile import ZipFile

from tools.fetch_uv import JSON, LockedUv, this_platform
from tools.ports import free_port

HERE = this_platform()
MACHINE_TAG = f"{HERE.family}_{HERE.version[0]}_{HERE.version[1]}_{HERE.machine}"
WHEEL = f"uv-9.9.9-py3-none-{MACHINE_TAG}.whl"
OTHERS = ["uv-9.9.9-py3-none-win_amd64.whl", "uv-9.9.9.tar.gz", f"uv-9.9.8-py3-none-{MACHINE_TAG}.whl"]


def wheel_of(files: Mapping[str, bytes]) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


UV = wheel_of({"uv-9.9.9.data/scripts/uv": b"#!/bin/sh\necho uv 9.9.9\n"})
LOCKED = LockedUv("9.9.9", frozenset([hashlib.sha256(UV).hexdigest()]))


def html_page(*links: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head>{''.join(f'<a href={link!r}>x</a>' for link in links)}".encode()


def json_page(*links: str) -> bytes:
    return json.dumps({"meta": {"api-version": "1.1"}, "files": [{"url": link} for link in links]}).encode()


@dataclass
class Answer:
    """A status, headers and body; `missing` bytes of the body are promised and never sent."""

    body: bytes = b""
    kind: str = "text/html"
    status: int = 200
    missing: int = 0
    stalls: bool = False
    location: str = ""


@dataclass
class FakeIndex:
    """The answers of an index by path, and the paths and Authorization headers that it was asked with."""

    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    account: str = ""
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def simple(self) -> str:
        return f"{self.address}/simple"

    def offer(self, wheel: bytes = UV, name: str = WHEEL, *, as_json: bool = False) -> None:
        """List a wheel, in between others that are not for this machine."""
        links = [
            *(f"../../files/{other}" for other in OTHERS),
            f"../../files/{name}#sha256={hashlib.sha256(wheel).hexdigest()}",
        ]
        page = Answer(json_page(*links), JSON) if as_json else Answer(html_page(*links))
        self.answers |= {"/simple/uv/": page, f"/files/{name}": Answer(wheel, "application/octet-stream")}

    def answer(self, path: str, authorization: str | None) -> Answer:
        self.requests.append((path, authorization))
        wanted = "Basic " + base64.b64encode(self.account.encode()).decode()
        if self.account and authorization != wanted:
            return Answer(status=401)
        return self.answers.get(path, Answer(status=404))


@contextmanager
def serving(context: SSLContext | None = None) -> Iterator[FakeIndex]:
    """Yield an index without answers, over https where a context is given."""
    port = free_port()
    index = FakeIndex(f"{'https' if context else 'http'}://127.0.0.1:{port}")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = index.answer(self.path, self.headers["Authorization"])
            self.send_response(found.status)
            self.send_header("Content-Type", found.kind)
            self.send_header("Content-Length", str(len(found.body) + found.missing))
            if found.location:
                self.send_header("Location", found.location)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(found.body)
            if found.stalls:
                index.released.wait(5)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that distrusts us hangs up
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield index
    finally:
        index.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def in_folder(folder: Path, name: str = WHEEL) -> Path:
    """Return a folder that holds a wheel."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(UV)
    return folder
