"""Ports for what is about to listen on this machine, and addresses of many networks from which to connect to it."""

import secrets
import socket
from collections.abc import Iterator
from itertools import count

FIRST, MANY = 20_000, 12_000  # below those of which the system gives one to the other end of each connection
NETWORKS = 62_500


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


def address_in(network: int) -> str:
    """This machine's address in one of 62,500 networks, each of which the paper's limits count by itself."""
    number = network % NETWORKS
    return f"127.{1 + number // 250}.{1 + number % 250}.1"


def addresses() -> Iterator[str]:
    """An address of another network each time; several threads may share the iterator."""
    return map(address_in, count())
