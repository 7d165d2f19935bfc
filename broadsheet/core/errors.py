"""The one root of expected refusals. Rooms subclass it in their own errors.py; a middleware words it for the person."""

from datetime import timedelta


class Refusal(Exception):
    """The request is understood and not granted.

    `message` is one full sentence or two for the person who meets it: what, why, what to do. `code` is stable and
    for machines; so is `retry_after`, where waiting helps. A refusal is part of normal life and is not logged as an
    error.
    """

    code = "refused"
    http_status = 409
    retry_after: timedelta | None = None

    def __init__(self, message: str, *, code: str | None = None, http_status: int | None = None) -> None:
        super().__init__(message)
        self.message = str(message)
        self.code = code or self.code
        self.http_status = http_status or self.http_status
