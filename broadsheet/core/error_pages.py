"""The error pages that need no database: 500 and 503, and those for requests that are refused before Django.

The first two return the submitted fields, so that no text is lost.
"""

import errno
import sqlite3
import sys
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

RETRY_AFTER = timedelta(seconds=30)
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
READ_ONLY_TRANSACTION = "25006"  # the SQLSTATE of a PostgreSQL server that accepts no writes, such as a standby
VISIBLE_LENGTH = 60  # characters; a longer value is shown on the page, so that it can be copied
# The title for each status, and the message for a request that is refused before it is complete.
MESSAGES = {
    HTTPStatus.BAD_REQUEST: (
        _("That could not be read"),
        _("What you sent arrived incomplete or damaged, and nothing was saved. Please go back and send it again."),
    ),
    HTTPStatus.NOT_IMPLEMENTED: (
        _("That could not be read"),
        _("What you sent is encoded in a way that we do not support, and nothing was saved."),
    ),
    HTTPStatus.REQUEST_TIMEOUT: (
        _("That took too long"),
        _(
            "What you sent arrived so slowly that we stopped waiting, and nothing was saved. Please go back, check "
            "your connection, and send it again."
        ),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        _("That is too much"),
        _(
            "Nothing was saved. A form may have up to 100 kB, and an editor who is signed in may upload up to 45 MB. "
            "Please go back, make it shorter or sign in again in another window, and send it again."
        ),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        _("Something went wrong"),
        _("The problem is on our side and has been logged. Please try again in a few minutes."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        _("Temporarily unavailable"),
        _(
            "Nothing was saved, because we are restarting or have too many visitors at the moment. Please go back and "
            "send it again in a minute."
        ),
    ),
}
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of the field
PASSWORD = "password"  # noqa: S105 - fields with this in their name are never sent back


class _LastLanguage:
    """The language of the paper in this process, which cannot be read while the database is away."""

    code: str | None = None


def remember_language(code: str) -> None:
    """Remember the language of the paper for error pages of requests that fail before it is activated."""
    _LastLanguage.code = code


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for status 400. Whoever asks for another host gets the paper's address. Django's handler400."""
    context = {"base_url": settings.BASE_URL if isinstance(exception, DisallowedHost) else ""}
    with translation.override(_LastLanguage.code or translation.get_language()):
        return render(request, "400.html", context, status=HTTPStatus.BAD_REQUEST)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form that may come from another site, with its texts to copy. Nothing on it sends them."""
    del reason  # for developers
    texts = [value for name, value in submitted_fields(request) if name != TOKEN and len(value) > VISIBLE_LENGTH]
    return render(request, "403_csrf.html", {"texts": texts}, status=HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for an unhandled exception: 503 for an outage, 500 for a bug. Django calls it as handler500."""
    if is_outage(sys.exception()):
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def error_page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Return the page for status 500 or 503, with the submitted fields; it is never stored by a cache."""
    with translation.override(_LastLanguage.code or translation.get_language()):
        title, _message = MESSAGES[status]
        context = {"title": title, "kept": submitted_fields(request), "long": VISIBLE_LENGTH}
        page = render_to_string(f"{status.value}.html", context, using="django")
    response = HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(int(RETRY_AFTER.total_seconds()))
    return response


def refused_request(status: HTTPStatus) -> bytes:
    """Return the page for a request that is refused before Django."""
    return _refused_request(status, _LastLanguage.code or translation.get_language())


@lru_cache(64)  # the event loop sends it, and must not wait for a template each time
def _refused_request(status: HTTPStatus, language: str) -> bytes:
    with translation.override(language):
        title, message = MESSAGES[status]
        page = render_to_string("error.html", {"title": title, "message": message}, using="django")
    return page.encode()


def is_outage(error: BaseException | None) -> bool:
    """Return whether the database or the disk is unavailable, locked or full; any other error is a bug."""
    if isinstance(error, OSError):
        return error.errno in DISK_ERRORS
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) == READ_ONLY_TRANSACTION:
        return True
    # SQLite raises OperationalError for bugs too, such as a missing table; their code is the generic one.
    code = getattr(cause, "sqlite_errorcode", None)
    return isinstance(error, OperationalError | InterfaceError) and code != sqlite3.SQLITE_ERROR


def submitted_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the names and values of the submitted form, without passwords and files; empty if it cannot be read."""
    if request.method != "POST":
        return []
    try:
        form = request.POST
    except (OSError, UnreadablePostError, SuspiciousOperation, MultiPartParserError):
        return []
    return [(name, value) for name in form for value in form.getlist(name) if PASSWORD not in name.lower()]
