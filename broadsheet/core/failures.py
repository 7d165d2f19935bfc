"""Failures, described by type and place and never by value: a value may be a reader's address (ADR 35)."""

import linecache
import os
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress

from django.db import InterfaceError, OperationalError

GENERIC_SQLITE_ERROR = "SQLITE_ERROR"  # of statements: the message may quote one
SERVER_CLASSES = ("08", "53", "57", "58")  # PostgreSQL's SQLSTATE: connection, resources, operator, system


def outcome_of(work: Callable[[], object]) -> BaseException | None:
    """Return the exception with which the work for one item failed; None if it succeeded.

    SystemExit and its like count: they end the item, and not the loop that works through the others.
    """
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - the one place where an item's failure is separated from its loop
        return error
    return None


def describe(error: BaseException) -> str:
    """Return the type of an exception, with the reason of the operating system or the database server.

    An exception of our own whose message names no reader has the attribute `is_loggable`.
    """
    reason = str(error) if getattr(error, "is_loggable", False) else _system_reason(error) or _database_reason(error)
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an exception and of those that led to it: types, places and lines of code."""
    return "\n".join(line for each in _chain(error) for line in _lines(each))


def _system_reason(error: BaseException) -> str:
    """Return the system's own words for an error number; the file's name may come from a reader's request."""
    if not isinstance(error, OSError) or type(error).__module__ != "builtins" or not error.errno:
        return ""
    return os.strerror(error.errno)


def _database_reason(error: BaseException) -> str:
    """Return the message of a database that is away, locked, full or damaged; other messages may quote a row."""
    cause = error.__cause__ or error
    if isinstance(cause, sqlite3.Error):
        is_quoting = getattr(cause, "sqlite_errorname", GENERIC_SQLITE_ERROR) == GENERIC_SQLITE_ERROR
    elif isinstance(error, OperationalError | InterfaceError):
        is_quoting = not (getattr(cause, "sqlstate", None) or SERVER_CLASSES[0]).startswith(SERVER_CLASSES)
    else:
        return ""
    return "" if is_quoting else " ".join(str(cause).partition("DETAIL:")[0].split())


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions that led to this one, the first cause first, and then the exception itself."""
    chain, seen = [error], {id(error)}
    while (earlier := _earlier(chain[-1])) is not None and id(earlier) not in seen:
        chain.append(earlier)
        seen.add(id(earlier))
    return reversed(chain)


def _earlier(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _lines(error: BaseException) -> Iterator[str]:
    yield "Traceback:"
    for frame, number in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        yield f'  File "{code.co_filename}", line {number}, in {code.co_name}'
        with suppress(OSError):
            yield f"    {linecache.getline(code.co_filename, number).strip()}"
    yield describe(error)
    for part in getattr(error, "exceptions", ()):
        yield f"  with {describe(part)}"
