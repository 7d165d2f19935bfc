"""Bodies are read to their end or refused, whatever granian hands on."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest

from broadsheet.gateway.bodies import BodyReader, Expected, Refused
from broadsheet.gateway.limits import Allowance

PATIENT = Allowance(60)
Chunks = AsyncIterator[bytes]


async def ending(*chunks: bytes) -> Chunks:
    """Yield the chunks of a body that ends."""
    for chunk in chunks:
        yield chunk


async def waiting(*chunks: bytes) -> Chunks:
    """Yield the chunks of a body that does not go on."""
    for chunk in chunks:
        yield chunk
    await asyncio.sleep(60)


def read(reader: BodyReader, chunks: Any, length: int | None) -> tuple[bytes, int]:
    """Return a body and its length."""

    async def reading() -> tuple[bytes, int]:
        file, received = await reader.read(chunks, Expected(length, 100, PATIENT))
        with file:
            return file.read(), received

    return asyncio.run(reading())


def refusal_of(reader: BodyReader, chunks: Any, length: int | None) -> HTTPStatus:
    """Return the status with which a body is refused."""
    with pytest.raises(Refused) as refused:
        read(reader, chunks, length)
    return refused.value.status


@pytest.mark.parametrize("length", [5, None])
def test_a_complete_body_is_returned_and_no_longer_held(length: int | None) -> None:
    reader = BodyReader(1_000)
    assert read(reader, ending(b"ab", b"cde", b""), length) == (b"abcde", 5)
    assert (reader.held, reader.timeouts) == (0, set())


@pytest.mark.parametrize(("chunks", "length"), [((b"ab",), 5), ((b"ab", b""), 5), ((b"ab", b"", b""), None)])
def test_a_body_that_ends_too_early_is_refused(chunks: tuple[bytes, ...], length: int | None) -> None:
    reader = BodyReader(1_000)
    assert refusal_of(reader, ending(*chunks), length) == HTTPStatus.BAD_REQUEST
    assert reader.held == 0


def test_a_process_that_stops_refuses_incomplete_bodies_at_once() -> None:
    reader = BodyReader(1_000)

    async def stopped_meanwhile() -> None:
        reading = asyncio.create_task(reader.read(waiting(b"ab"), Expected(5, 100, PATIENT)))  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        reader.stop()
        await asyncio.wait_for(reading, 5)

    with pytest.raises(Refused) as refused:
        asyncio.run(stopped_meanwhile())
    assert refused.value.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert refusal_of(reader, waiting(b"ab"), 5) == HTTPStatus.SERVICE_UNAVAILABLE


def test_the_memory_of_all_incomplete_bodies_is_limited() -> None:
    reader = BodyReader(10, held=8)
    assert refusal_of(reader, waiting(b"abc"), 5) == HTTPStatus.SERVICE_UNAVAILABLE
    assert reader.held == 8
