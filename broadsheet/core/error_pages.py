"""What a visitor gets when something broke: a page that needs no database, with the fields they submitted."""

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

PAUSE = timedelta(seconds=30)  # after which it is worth trying again
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
READ_ONLY = "25006"  # PostgreSQL's number for a server that takes no change, e.g. a stand-by
LONG = 60  # characters; a longer answer to a form is shown, so that it can be copied
SECRET = "password"  # noqa: S105 - in the names of fields that are never sent back


def server_error(request: HttpRequest) -> HttpResponse:
    """Answers instead of Django's own page for what crashed: 503 while an outage lasts, 500 for a fault in the code."""
    if is_outage(sys.exception()):
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def error_page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """The page for one of the two, with what was sent; nobody may keep it."""
    page = render_to_string(f"{status.value}.html", {"kept": submitted_fields(request), "long": LONG}, using="django")
    answer = HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(int(PAUSE.total_seconds()))
    return answer


def is_outage(error: BaseException | None) -> bool:
    """Whether what the paper stands on is away, locked or full, which passes; anything else is a fault in the code."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) == READ_ONLY:
        return True
    said = getattr(cause, "sqlite_errorcode", None)  # SQLite calls a missing table operational too
    return isinstance(error, OperationalError | InterfaceError) and said != sqlite3.SQLITE_ERROR


def submitted_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Names and values of the form that was sent, but for passwords and files; none where it could not be read."""
    if request.method != "POST":
        return []
    try:
        sent = request.POST
    except (OSError, UnreadablePostError, SuspiciousOperation, MultiPartParserError):
        return []
    return [(name, value) for name in sent for value in sent.getlist(name) if SECRET not in name.lower()]


class OutageLogFilter(logging.Filter):
    """Leaves out where in the code an outage was met: it is met everywhere, many times a second."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every line through, in an outage with the cause in place of the traceback."""
        error = record.exc_info[1] if record.exc_info else None
        if is_outage(error):
            cause = " ".join(str(error).split())
            record.msg, record.args = f"{record.getMessage()} ({cause})", ()
            record.exc_info = record.exc_text = None
        return True
