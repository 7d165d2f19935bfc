"""The format of the log, which contains no personal data whatever is logged (ADR 35).

Exceptions are described by type and place. What other packages log keeps its fixed words, and loses the values that
they insert. Anything that looks like an email address is replaced in any case.
"""

import logging
import re
import sys
import threading
from types import TracebackType
from typing import Any

from broadsheet.core.error_pages import is_outage
from broadsheet.core.failures import describe, traceback_of

ELIDED = "…"
ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;]+")
OURS = ("broadsheet", "_granian")  # loggers whose values are names of our own, or of processes
PLACE_IN_TRACEBACK = re.compile(r'\s*File "')


class PrivateFormatter(logging.Formatter):
    """The formatter of the only handler, so that no logger reaches the log around it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record, with the exception's type, and its traceback unless the cause is an outage."""
        error = record.exc_info[1] if record.exc_info else None
        message = message_of(record)
        if error is not None and describe(error) not in message:
            message = f"{message} ({describe(error)})"
        shown = logging.makeLogRecord({**record.__dict__, "msg": message, "args": None, "exc_info": None})
        shown.stack_info = None
        shown.exc_text = traceback_of(error) if error is not None and not is_outage(error) else None
        return ADDRESS.sub(ELIDED, super().format(shown))


def message_of(record: logging.LogRecord) -> str:
    """Return the message of a record, with exceptions described and the values of other packages elided."""
    request = getattr(record, "request", None)
    if request is not None:
        return f"{getattr(record, 'status_code', 'Failure')} for {request.method} {route_of(request)}"
    is_ours = record.name.partition(".")[0] in OURS
    if record.args:
        return _without_values(_interpolated(str(record.msg), record.args, elide=not is_ours))
    return _fixed(record)


def route_of(request: Any) -> str:
    """Return the pattern of the request's URL, not the URL: that of a receipt contains its token (ADR 12)."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "a page that does not exist"


def install_hooks() -> None:
    """Print uncaught exceptions of this process and its threads without values, too."""
    sys.excepthook = _print_uncaught
    threading.excepthook = lambda args: _print_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _print_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _print_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None, /) -> None:
    del trace  # the exception has it
    print(ADDRESS.sub(ELIDED, traceback_of(error) if error else kind.__name__), file=sys.stderr, flush=True)  # noqa: T201


def _interpolated(message: str, args: Any, *, elide: bool) -> str:
    values = args.items() if isinstance(args, dict) else enumerate(args)
    shown = {key: _shown(value, elide=elide) for key, value in values}
    try:
        return message % (shown if isinstance(args, dict) else tuple(shown.values()))
    except (TypeError, ValueError):  # the template has %d for what was elided
        return message


def _shown(value: Any, *, elide: bool) -> Any:
    if isinstance(value, BaseException):
        return describe(value)
    return ELIDED if elide and not isinstance(value, int | float) else value


def _fixed(record: logging.LogRecord) -> str:
    """Return a message without arguments; that of an exception is its value, and left out."""
    error = record.exc_info[1] if record.exc_info else None
    message = str(record.msg)
    if isinstance(record.msg, BaseException):
        return describe(record.msg)
    if error and str(error) and str(error) in message:
        return describe(error)
    return _without_values(message)


def _without_values(message: str) -> str:
    """Return the first line, and the places of a traceback that a server has put into its message."""
    first, *rest = message.splitlines() or [""]
    return "\n".join([first, *(line for line in rest if PLACE_IN_TRACEBACK.match(line))])
