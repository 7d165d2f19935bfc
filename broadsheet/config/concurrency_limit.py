"""A limit on the requests that Django handles at a time; where they are stuck, further requests are refused.

Baked pages are served before this point. When the database hangs, every request that needs it blocks a thread; without
the limit each would be blocked for as long as the database hangs, and its reader left without an answer.
"""

import threading
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.handlers.wsgi import WSGIRequest

from broadsheet.config.health import Application, StartResponse
from broadsheet.core.error_pages import error_page

MAX_CONCURRENT = 4  # requests in a process; more would only wait for Python's global interpreter lock
STALL_TIMEOUT = 3.0  # seconds without a request starting or finishing, after which waiting requests are refused
POLL_INTERVAL = 0.1  # seconds


class ConcurrencyLimit:
    """A WSGI application that passes a limited number of requests at a time on to another."""

    def __init__(
        self, application: Application, *, max_concurrent: int = MAX_CONCURRENT, stall_timeout: float = STALL_TIMEOUT
    ) -> None:
        self.application = application
        self.stall_timeout = stall_timeout
        self._slots = threading.Semaphore(max_concurrent)
        self._last_progress = time.monotonic()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not self._acquire_slot():
            return _service_unavailable(environ, start_response)
        try:
            return self.application(environ, start_response)
        finally:
            self._last_progress = time.monotonic()
            self._slots.release()

    def _acquire_slot(self) -> bool:
        """Wait for a slot and return True, or False as soon as all requests in progress are stuck."""
        while not self._slots.acquire(timeout=POLL_INTERVAL):
            if time.monotonic() - self._last_progress > self.stall_timeout:
                return False
        self._last_progress = time.monotonic()
        return True


def _service_unavailable(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    response = error_page(WSGIRequest(environ), HTTPStatus.SERVICE_UNAVAILABLE)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return list(response)
