"""The error pages 500 and 503. They need no database, and return the submitted fields, so that no text is lost."""

import errno
import logging
import sqlite3
import sys
from datetime import timedelta
from http import HTTPStatus

from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils import translation

RETRY_AFTER = timedelta(seconds=30)
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
READ_ONLY_TRANSACTION = "25006"  # the SQLSTATE of a PostgreSQL server that accepts no writes, such as a standby
VISIBLE_LENGTH = 60  # characters; a longer value is shown on the page, so that it can be copied
PASSWORD = "password"  # noqa: S105 - fields with this in their name are never sent back


class _LastLanguage:
    """The language of the paper in this process, which cannot be read while the database is away."""

    code: str | None = None


def remember_language(code: str) -> None:
    """Remember the language of the paper for error pages of requests that fail before it is activated."""
    _LastLanguage.code = code


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for an unhandled exception: 503 for an outage, 500 for a bug. Django calls it as handler500."""
    if is_outage(sys.exception()):
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def error_page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Return the page for status 500 or 503, with the submitted fields; it is never stored by a cache."""
    with translation.override(_LastLanguage.code or translation.get_language()):
        page = render_to_string(
            f"{status.value}.html", {"kept": submitted_fields(request), "long": VISIBLE_LENGTH}, using="django"
        )
    response = HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(int(RETRY_AFTER.total_seconds()))
    return response


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


class OutageLogFilter(logging.Filter):
    """Replaces the traceback of an outage by its cause: every request meets it, and where does not matter."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True, so that every record is logged, after shortening it in an outage."""
        error = record.exc_info[1] if record.exc_info else None
        if is_outage(error):
            cause = " ".join(str(error).split())
            record.msg, record.args = f"{record.getMessage()} ({cause})", ()
            record.exc_info = record.exc_text = None
        return True
