"""Ports for what is about to listen on this machine."""

import secrets
import socket

FIRST, MANY = 20_000, 12_000  # below those of which the system gives one to the other end of each connection


def free_port() -> int:
    """A port that nobody has at the moment, and that is given to nobody who does not ask for it."""
    while True:
        port = FIRST + secrets.randbelow(MANY)
        with socket.socket() as asked:
            try:
                asked.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
