"""The limits of a server process and of each of its connections: sizes in bytes, times in seconds (ADR 36)."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    """The time for a body: `seconds`, a second more for every `rate` bytes received, and `at_most` in all."""

    seconds: float
    rate: float = math.inf  # bytes a second
    at_most: float = math.inf

    def after(self, received: int) -> float:
        """Return the seconds, from the first one, in which a body of which so much has arrived must go on."""
        return min(self.seconds + received / self.rate, self.at_most)


@dataclass(frozen=True)
class Limits:
    """What clients may cost one server process, however many there are."""

    connections: int = 8192  # open at a time; further ones wait in the queue of the system
    head_bytes: int = 64 * 1024  # request line and headers; granian may take a little more
    head_seconds: float = 20.0  # for a head, from the opening of the connection or the end of the last response
    body_bytes: int = 100_000
    body: Allowance = Allowance(20, rate=1000, at_most=60)
    upload_bytes: int = 45 * 1024 * 1024
    upload: Allowance = Allowance(20, rate=1000, at_most=900)
    bodies_bytes: int = 128 * 1024 * 1024  # of memory, for all bodies that are not complete
    linger_seconds: float = 5.0  # in which a refused body is read on, because browsers show no answer before its end
    unread_seconds: float = 20.0  # in which a client takes no byte of a response
    threads: int = 16  # for the application; its concurrency limit lets four of them into Django
    file_threads: int = 4  # for static files, and for baked pages that are not in memory
    waiting: int = 500  # complete requests that wait for a thread
    stop_seconds: float = 5.0  # for responses on their way when the process stops
    grace_seconds: float = 24.0  # for requests in progress before that; the supervisor kills after 30 in all
