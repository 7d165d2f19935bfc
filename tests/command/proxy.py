"""A TCP proxy between a paper and PostgreSQL, whose connections can be cut and restored."""

import socket
import threading
from contextlib import closing, suppress
from types import TracebackType
from urllib.parse import urlsplit

from tests.command.papers import POSTGRES
from tools.ports import free_port


class Proxy:
    """Listens on a port of its own and forwards to PostgreSQL until it is cut."""

    def __init__(self) -> None:
        server = urlsplit(POSTGRES)
        self.target = server.hostname or "127.0.0.1", server.port or 5432
        self.port = free_port()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None

    def url_of(self, database: str) -> str:
        """Return the URL of a database by way of this proxy."""
        server = urlsplit(POSTGRES)
        return server._replace(
            netloc=f"{server.username or 'postgres'}:{server.password or ''}@127.0.0.1:{self.port}", path=f"/{database}"
        ).geturl()

    def __enter__(self) -> "Proxy":
        self.restore()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.cut()

    def restore(self) -> None:
        """Accept connections."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Close all connections and refuse new ones."""
        with self._lock:
            listener, self._listener = self._listener, None
            connections, self._connections = self._connections, set()
        for connection in [listener, *connections] if listener else [*connections]:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client = listener.accept()[0]
                server = socket.create_connection(self.target)
            except OSError:
                return
            with self._lock:
                if self._listener is not listener:  # cut meanwhile: a connection that is left would survive the outage
                    client.close()
                    server.close()
                    return
                self._connections |= {client, server}
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=_forward, args=(source, sink), daemon=True).start()


def _forward(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError), closing(source), closing(sink):
        while data := source.recv(65536):
            sink.sendall(data)
