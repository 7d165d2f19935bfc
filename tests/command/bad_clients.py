"""Clients that keep their connections open and finish nothing: `python -m tests.command.bad_clients PORT KIND NUMBER`.

A client whose connection the server closes opens the next one, so that their number stays the same.
"""

import asyncio
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.contracts.tree import ROOT

PAUSE = 2.0  # seconds between two bytes
RECONNECT_AFTER = 0.2  # seconds
SMALL_BUFFER = 2048  # bytes, so that the system does not read in the client's place
BEGINNINGS = {
    "silent": b"",
    "head": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "body": b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nname=I",
    "reading": b"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}
KINDS = [*BEGINNINGS]


class Crowd:
    """Clients of one kind."""

    def __init__(self, port: int, kind: str, path: str) -> None:
        self.port, self.kind = port, kind
        self.beginning = BEGINNINGS[kind].replace(b"{path}", path.encode())
        self.connected = 0

    async def stay(self) -> None:
        """Open one connection after another."""
        while True:
            with suppress(OSError):
                await self._connect()
            await asyncio.sleep(RECONNECT_AFTER)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", self.port))
            await loop.sock_sendall(client, self.beginning)
            self.connected += 1
            try:
                await self._linger(client)
            finally:
                self.connected -= 1

    async def _linger(self, client: socket.socket) -> None:
        """Return once the server has closed the connection."""
        while True:
            await asyncio.sleep(PAUSE)
            if self.kind in {"head", "body"}:
                client.send(b"a")
            with suppress(BlockingIOError):
                if not client.recv(1):
                    return


async def crowd(port: int, kind: str, number: int, path: str) -> None:
    """Open the connections, print a line as soon as all are open, and keep them open."""
    clients = Crowd(port, kind, path)
    tasks = [asyncio.create_task(clients.stay()) for _ in range(number)]
    while clients.connected < number:
        await asyncio.sleep(0.05)
    print("open", flush=True)
    await asyncio.gather(*tasks)


@contextmanager
def bad_clients(port: int, kind: str, number: int, path: str = "/") -> Iterator[None]:
    """Keep connections of one kind open during the block, from a process of their own."""
    command = [sys.executable, "-m", "tests.command.bad_clients", str(port), kind, str(number), path]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            assert program.stdout.readline() == "open\n"
            yield
        finally:
            program.kill()


def raise_open_files() -> None:
    """Let this process have as many connections as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    raise_open_files()
    asyncio.run(crowd(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]))
