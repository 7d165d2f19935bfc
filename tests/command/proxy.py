"""A cable between a paper and its database that can be pulled out and put in again."""

import socket
import threading
from contextlib import closing, suppress
from types import TracebackType
from urllib.parse import urlsplit

from tests.command.papers import POSTGRES
from tools.ports import free_port


class Cable:
    """Listens on a port of its own and passes everything on to PostgreSQL, until it is cut."""

    def __init__(self) -> None:
        server = urlsplit(POSTGRES)
        self.there = server.hostname or "127.0.0.1", server.port or 5432
        self.port = free_port()
        self._ends: set[socket.socket] = set()
        self._door: socket.socket | None = None

    def url_of(self, database: str) -> str:
        """The address of a database through this cable."""
        server = urlsplit(POSTGRES)
        return server._replace(
            netloc=f"{server.username or 'postgres'}:{server.password or ''}@127.0.0.1:{self.port}", path=f"/{database}"
        ).geturl()

    def __enter__(self) -> "Cable":
        self.join()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.cut()

    def join(self) -> None:
        """Lets whoever tries get through."""
        self._door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._let_in, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """Ends what is under way and refuses whoever tries."""
        door, self._door = self._door, None
        ends, self._ends = self._ends, set()
        for end in [door, *ends] if door else [*ends]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _let_in(self, door: socket.socket) -> None:
        while True:
            try:
                here = door.accept()[0]
                there = socket.create_connection(self.there)
            except OSError:
                return
            self._ends |= {here, there}
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError), closing(source), closing(sink):
        while piece := source.recv(65536):
            sink.sendall(piece)
