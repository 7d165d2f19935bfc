"""While the database hangs, requests that need it wait for a short time and are then refused."""

import threading
import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from broadsheet.config.concurrency_limit import ConcurrencyLimit
from broadsheet.config.health import StartResponse


class HangingApplication:
    """An application that responds once the test lets it."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.entered = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        self.entered.release()
        assert self.release.wait(30)
        start_response("200 OK", [])
        return [b"answered"]


def request(limit: ConcurrencyLimit, **form: str) -> tuple[str, dict[str, str], str]:
    body = urlencode(form).encode()
    environ = {
        "REQUEST_METHOD": "POST" if form else "GET",
        "PATH_INFO": "/search/",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    response: list[Any] = []
    page = b"".join(limit(environ, lambda status, headers: response.extend((status, dict(headers)))))
    return response[0], response[1], page.decode()


def requests_in_progress(
    limit: ConcurrencyLimit, count: int, hanging: HangingApplication
) -> tuple[list[threading.Thread], list[str]]:
    """Start requests and return them once they have reached the application."""
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(request(limit)[0])) for _ in range(count)]
    for thread in threads:
        thread.start()
        assert hanging.entered.acquire(timeout=10)
    return threads, answers


def test_a_request_beyond_the_limit_gets_503_with_its_text_when_the_others_are_stuck() -> None:
    hanging = HangingApplication()
    limit = ConcurrencyLimit(hanging, max_concurrent=2, stall_timeout=0.5)
    threads, answers = requests_in_progress(limit, 2, hanging)
    began = time.monotonic()
    status, headers, page = request(limit, text="I was there.")
    assert 0.3 < time.monotonic() - began < 5
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "30")
    assert "I was there." in page
    began = time.monotonic()
    assert request(limit)[0].startswith("503")
    assert time.monotonic() - began < 0.4  # later requests are refused at once
    hanging.release.set()
    for thread in threads:
        thread.join()
    assert answers == ["200 OK"] * 2
    assert request(limit)[0] == "200 OK"


def test_a_request_beyond_the_limit_waits_while_the_others_finish() -> None:
    hanging = HangingApplication()
    limit = ConcurrencyLimit(hanging, max_concurrent=1, stall_timeout=20)
    threads, answers = requests_in_progress(limit, 1, hanging)
    late = threading.Thread(target=lambda: answers.append(request(limit)[0]))
    late.start()
    late.join(0.4)
    assert late.is_alive()
    hanging.release.set()
    for thread in [*threads, late]:
        thread.join()
    assert answers == ["200 OK"] * 2


def test_a_long_time_without_requests_does_not_count_as_stuck() -> None:
    hanging = HangingApplication()
    limit = ConcurrencyLimit(hanging, max_concurrent=1, stall_timeout=0.3)
    time.sleep(0.4)
    threads, _ = requests_in_progress(limit, 1, hanging)
    began = time.monotonic()
    assert request(limit)[0].startswith("503")
    assert time.monotonic() - began > 0.2
    hanging.release.set()
    threads[0].join()
