"""Where the database hangs, those who need it wait for a moment, and nobody else waits at all."""

import threading
import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from broadsheet.config.concurrency_limit import ConcurrencyLimit
from broadsheet.config.health import StartResponse


class Hanging:
    """An application that answers as soon as it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.entered = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        self.entered.release()
        assert self.may.wait(30)
        start_response("200 OK", [])
        return [b"answered"]


def ask(gate: ConcurrencyLimit, **sent: str) -> tuple[str, dict[str, str], str]:
    body = urlencode(sent).encode()
    environ = {
        "REQUEST_METHOD": "POST" if sent else "GET",
        "PATH_INFO": "/search/",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    said: list[Any] = []
    page = b"".join(gate(environ, lambda status, headers: said.extend((status, dict(headers)))))
    return said[0], said[1], page.decode()


def inside(gate: ConcurrencyLimit, number: int, hanging: Hanging) -> tuple[list[threading.Thread], list[str]]:
    """So many that have gone in."""
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(gate)[0])) for _ in range(number)]
    for thread in threads:
        thread.start()
        assert hanging.entered.acquire(timeout=10)
    return threads, answers


def test_who_finds_no_place_is_turned_away_with_his_words_when_nobody_comes_out() -> None:
    hanging = Hanging()
    gate = ConcurrencyLimit(hanging, max_concurrent=2, stall_timeout=0.5)
    threads, answers = inside(gate, 2, hanging)
    began = time.monotonic()
    status, headers, page = ask(gate, text="I was there.")
    assert 0.3 < time.monotonic() - began < 5
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "30")
    assert "I was there." in page
    began = time.monotonic()
    assert ask(gate)[0].startswith("503")
    assert time.monotonic() - began < 0.4  # who comes later hears it at once
    hanging.may.set()
    for thread in threads:
        thread.join()
    assert answers == ["200 OK"] * 2
    assert ask(gate)[0] == "200 OK"


def test_who_finds_no_place_waits_while_others_come_out() -> None:
    hanging = Hanging()
    gate = ConcurrencyLimit(hanging, max_concurrent=1, stall_timeout=20)
    threads, answers = inside(gate, 1, hanging)
    late = threading.Thread(target=lambda: answers.append(ask(gate)[0]))
    late.start()
    late.join(0.4)
    assert late.is_alive()
    hanging.may.set()
    for thread in [*threads, late]:
        thread.join()
    assert answers == ["200 OK"] * 2


def test_a_paper_that_nobody_asked_for_long_is_not_taken_for_stuck() -> None:
    hanging = Hanging()
    gate = ConcurrencyLimit(hanging, max_concurrent=1, stall_timeout=1)
    time.sleep(1.2)
    threads, _ = inside(gate, 1, hanging)
    began = time.monotonic()
    assert ask(gate)[0].startswith("503")
    assert time.monotonic() - began > 0.7
    hanging.may.set()
    threads[0].join()
