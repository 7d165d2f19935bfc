"""The base class of expected refusals. Rooms subclass it in their own errors.py; a middleware shows its message."""

import math
from datetime import timedelta
from http import HTTPStatus


class Refusal(Exception):
    """A request that is understood but not granted.

    `message` tells the person in a sentence or two that the request is refused, why, and what to do. `code` is for
    programs and does not change; `retry_after` is set where waiting helps. A refusal is expected and not logged as an
    error.
    """

    code = "refused"
    http_status = 409
    retry_after: timedelta | None = None
    is_about_account = False  # so that another account may have the permission

    def __init__(self, message: str, *, code: str | None = None, http_status: int | None = None) -> None:
        super().__init__(message)
        self.message = str(message)
        self.code = code or self.code
        self.http_status = http_status or self.http_status

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of a response with this refusal: when to try again, and whether it may be stored."""
        headers = {"Retry-After": str(math.ceil(self.retry_after.total_seconds()))} if self.retry_after else {}
        if self.http_status == HTTPStatus.TOO_MANY_REQUESTS:
            headers["Cache-Control"] = "no-store"  # as RFC 6585 requires
        return headers
