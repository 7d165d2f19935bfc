"""Bodies of requests, read in the event loop: an unfinished one costs no thread, and has a deadline and a size."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from broadsheet.gateway.limits import Allowance
from broadsheet.gateway.rsgi import HTTPProtocol

SMALL_CHUNKS, BYTES_A_CHUNK = 200, 64  # a body may have so many chunks, and one more for each so many bytes
IN_MEMORY = 1024 * 1024  # bytes of one body; the rest of an upload goes to a temporary file


class Refused(Exception):
    """A request that is refused, such as one whose body is too large or too slow. `status` is that of the response."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Expected:
    """The body of a request as its head describes it: its length, None if it comes in chunks, and what it may cost."""

    length: int | None
    max_bytes: int
    allowance: Allowance


@dataclass
class BodyReader:
    """Reads the bodies of one process, which together take `max_bytes` of memory at most while they are incomplete."""

    max_bytes: int
    held: int = 0  # bytes of incomplete bodies in memory
    stopping: bool = False
    timeouts: set[asyncio.Timeout] = field(default_factory=set)

    def stop(self) -> None:
        """Refuse all incomplete bodies, now and later: the process ends."""
        self.stopping = True
        for timeout in self.timeouts:
            if not timeout.expired():
                timeout.reschedule(asyncio.get_running_loop().time())

    async def read(self, protocol: HTTPProtocol, expected: Expected) -> tuple[IO[bytes], int]:
        """Return a complete body and its length; raises Refused."""
        file = cast("IO[bytes]", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - the application reads it
        reading = _Reading(self, protocol, expected, file)
        try:
            length = await reading.run()
        except BaseException:
            file.close()
            raise
        finally:
            self.held -= reading.in_memory
        file.seek(0)
        return file, length


@dataclass
class _Reading:
    """The reading of one body."""

    reader: BodyReader
    protocol: HTTPProtocol
    expected: Expected
    file: IO[bytes]
    received: int = 0
    chunks: int = 0

    @property
    def in_memory(self) -> int:
        """The bytes that have been received and are not in a file."""
        return min(self.received, IN_MEMORY)

    async def run(self) -> int:
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(began + self.expected.allowance.after(0)) as timeout:
                self.reader.timeouts.add(timeout)
                if self.reader.stopping:
                    raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
                try:
                    await self._receive(timeout, began)
                finally:
                    self.reader.timeouts.discard(timeout)
        except TimeoutError:
            stopping = self.reader.stopping
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE if stopping else HTTPStatus.REQUEST_TIMEOUT) from None
        return self.received

    async def _receive(self, timeout: asyncio.Timeout, began: float) -> None:
        empty = 0
        async for chunk in self.protocol:
            empty += not chunk
            self._add(chunk)
            self.chunks += 1
            if self.chunks > SMALL_CHUNKS + self.received // BYTES_A_CHUNK:  # each costs time, however small it is
                raise Refused(HTTPStatus.BAD_REQUEST)
            if self.received == self.expected.length:
                return
            if not self.reader.stopping:
                timeout.reschedule(began + self.expected.allowance.after(self.received))
        # granian ends every body with an empty chunk, and has another one in the place of an error.
        if self.expected.length is not None or empty > 1:
            raise Refused(HTTPStatus.BAD_REQUEST)

    def _add(self, chunk: bytes) -> None:
        self.reader.held -= self.in_memory
        self.received += len(chunk)
        self.reader.held += self.in_memory
        if self.received > self.expected.max_bytes:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if self.reader.held > self.reader.max_bytes:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        self.file.write(chunk)


async def discard(protocol: HTTPProtocol, seconds: float) -> None:
    """Read the rest of a body for a while: a browser that is still sending would not show the response otherwise."""
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(seconds):
            with suppress(RuntimeError):  # the reading has begun already
                aiter(protocol)
            while True:
                await protocol.__anext__()
