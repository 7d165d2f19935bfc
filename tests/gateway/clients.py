"""A running sample server, and clients that speak to it byte by byte."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contracts.tree import ROOT
from tools.ports import free_port
from tools.processes import descendants

PATIENCE = 60.0  # seconds
SMALL_BUFFER = 2048  # bytes, so that the system does not read in the client's place
POST = b"POST / HTTP/1.1\r\nHost: paper.example\r\n"


@dataclass(frozen=True)
class Answer:
    """All that came until the connection was closed, and after how many seconds."""

    raw: bytes
    seconds: float

    @property
    def status(self) -> int:
        """The status of the final response; 0 if there was none."""
        found = re.findall(rb"^HTTP/1\.[01] (\d{3}) ", self.raw, re.MULTILINE)
        return int(found[-1]) if found else 0

    @property
    def headers(self) -> list[str]:
        """The lines of the headers."""
        return self.raw.partition(b"\r\n\r\n")[0].decode().splitlines()[1:]

    @property
    def body(self) -> bytes:
        """What follows the headers."""
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def environ(self) -> dict[str, Any]:
        """The environ in which the sample site was asked."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(frozen=True)
class Server:
    """A running sample server."""

    program: "subprocess.Popen[str]"
    port: int

    def connect(self, *, buffer: int = 0) -> socket.socket:
        """Return a new connection."""
        client = socket.socket()
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.settimeout(PATIENCE)
        try:
            client.connect(("127.0.0.1", self.port))
        except OSError:
            client.close()
            raise
        return client

    def answer(self, *parts: bytes, pause: float = 0.0, half_closed: bool = False) -> Answer:
        """Send the parts of a request, and return what comes until the server closes the connection."""
        began = time.monotonic()
        with self.connect() as client:
            with suppress(ConnectionError):  # the server has answered already
                for part in parts:
                    client.sendall(part)
                    time.sleep(pause)
                if half_closed:
                    client.shutdown(socket.SHUT_WR)
            return Answer(received(client), time.monotonic() - began)

    def get(self, path: str, headers: bytes = b"", method: bytes = b"GET") -> Answer:
        """Return the answer to a request without a body."""
        head = method + b" " + path.encode() + b" HTTP/1.1\r\nHost: paper.example\r\nConnection: close\r\n"
        return self.answer(head + headers + b"\r\n")

    def post(self, headers: bytes, body: bytes = b"") -> Answer:
        """Return the answer to a request with a body, after which the connection is closed."""
        return self.answer(POST + b"Connection: close\r\n" + headers + b"\r\n" + body)

    def end(self) -> float:
        """Stop the server, and return after how many seconds it has ended."""
        began = time.monotonic()
        self.program.send_signal(signal.SIGTERM)
        assert self.program.wait(timeout=PATIENCE) == 0
        return time.monotonic() - began


def received(client: socket.socket) -> bytes:
    """Return what comes until the connection is closed, by whichever side."""
    found = b""
    with suppress(ConnectionError):
        while block := client.recv(65_536):
            found += block
    return found


@contextmanager
def sample_server(folder: Path) -> Iterator[Server]:
    """Run a sample server, which serves a large file from a folder, during the block."""
    (folder / "large").write_bytes(b"y" * 6_000_000)
    port = free_port()
    line = [sys.executable, "-m", "tests.gateway.sample_server", str(port), str(folder)]
    with subprocess.Popen(line, cwd=ROOT, stderr=subprocess.DEVNULL, text=True) as program:
        server = Server(program, port)
        try:
            until = time.monotonic() + PATIENCE
            while not answers(server):
                assert time.monotonic() < until, "the server does not answer"
                time.sleep(0.05)
            yield server
        finally:
            children = descendants(program.pid)
            program.kill()
            for child in children:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)


def answers(server: Server) -> bool:
    """Return whether the server answers."""
    try:
        return server.get("/instant/").status == 200
    except OSError:
        return False
