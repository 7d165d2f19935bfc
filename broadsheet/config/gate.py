"""Lets so many requests into Django at a time, and turns the rest away when none of those comes out again.

Baked pages pass in front of it. Where the database hangs, every request that needs it hangs too, one thread each;
without the gate the last thread would soon be gone, and with it the readers' pages.
"""

import threading
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.handlers.wsgi import WSGIRequest

from broadsheet.config.health import Application, StartResponse
from broadsheet.core.error_pages import error_page

INSIDE = 4  # requests; more of them only wait for Python's lock
PATIENCE = 3.0  # seconds without anybody going in or out, after which nobody waits any longer
LOOK_EVERY = 0.1  # seconds


class Gate:
    """A WSGI application before another."""

    def __init__(self, application: Application, *, inside: int = INSIDE, patience: float = PATIENCE) -> None:
        self.application = application
        self.patience = patience
        self._places = threading.Semaphore(inside)
        self._moved = time.monotonic()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not self._enter():
            return _turned_away(environ, start_response)
        try:
            return self.application(environ, start_response)
        finally:
            self._moved = time.monotonic()
            self._places.release()

    def _enter(self) -> bool:
        """Waits for a place; in vain where those inside are stuck."""
        while not self._places.acquire(timeout=LOOK_EVERY):
            if time.monotonic() - self._moved > self.patience:
                return False
        self._moved = time.monotonic()
        return True


def _turned_away(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    answer = error_page(WSGIRequest(environ), HTTPStatus.SERVICE_UNAVAILABLE)
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
    return list(answer)
