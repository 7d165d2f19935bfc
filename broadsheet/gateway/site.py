"""A site as the gateway serves it: its application, and which requests need no thread, or a body of more than a form.

The environ given to `instant` has only the keys that a response from memory depends on. All others are those of PEP
3333, with an empty `wsgi.input` until the body has been read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from broadsheet.gateway.responses import Application, Response

Environ = dict[str, Any]


def _never(environ: Environ) -> bool:
    del environ
    return False


def _nothing(environ: Environ) -> None:
    del environ


@dataclass(frozen=True)
class Site:
    """A WSGI application and what the gateway asks about a request before it is given to a thread."""

    application: Application
    refusal: Callable[[HTTPStatus], bytes]  # the page with which the gateway refuses a request
    instant: Callable[[Environ], Response | None] = _nothing  # the response from memory; must not block
    stored: Callable[[Environ], Response | None] = _nothing  # the response from the disk; never waits for a database
    is_stored: Callable[[Environ], bool] = _never  # whether `stored` is worth a thread; must not block
    is_upload: Callable[[Environ], bool] = _never  # whether the body may be larger than a form; must not block
    may_upload: Callable[[Environ], bool] = _never  # whether its sender is known; may ask the database
