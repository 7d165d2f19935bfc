"""Messages for the errors an operator can meet: wrong options, a full disk, no database. Others crash loudly."""

import errno

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db.utils import InterfaceError, OperationalError

from broadsheet.config.options import BadOptions
from broadsheet.core.errors import Refusal

EXPECTED_ERRORS = (BadOptions, Refusal, CommandError, ImproperlyConfigured, OperationalError, InterfaceError, OSError)
_PERMISSION = "Give the user that runs broadsheet access to it, or choose another folder."
ADVICE = {
    errno.ENOSPC: "The disk is full. Free some space and run the command again; completed work is not lost.",
    errno.EDQUOT: "This user's disk quota is used up. Free some space and run the command again.",
    errno.EROFS: "The file system is read-only. Remount it for writing, or choose another folder.",
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.ENOTDIR: "Part of this path is a file, not a folder. Choose another path.",
}
# Part of SQLite's message → advice. Every other message of a database is passed on as it is.
DATABASE_ADVICE = {
    "database or disk is full": ADVICE[errno.ENOSPC],
    "database is locked": "Another process is writing to it. Wait until it has finished and run the command again.",
    "readonly database": "Give the user that runs broadsheet write access to the data folder and the file in it.",
    "unable to open": "Give the user that runs broadsheet access to the data folder and the file in it.",
    "malformed": "Restore paper.sqlite3 from a backup.",
    "no such table": "Run `broadsheet manage migrate` to create the missing tables.",
}
DATABASE_AWAY = "Is the database server running, and is BROADSHEET_DATABASE_URL right?"


def messages_for(error: BaseException) -> list[str]:
    """Return the lines to print for one of EXPECTED_ERRORS: a line for each wrong option, or a single line."""
    if isinstance(error, BadOptions):
        return error.lines
    if isinstance(error, OperationalError | InterfaceError):
        return [database_message(error)]
    if isinstance(error, OSError):
        return [file_message(error)]
    return [str(error)]


def database_message(error: Exception) -> str:
    """Return the database's own message on one line, followed by advice."""
    reason = " ".join(str(error).split()) or type(error).__name__
    advice = next((advice for part, advice in DATABASE_ADVICE.items() if part in reason), DATABASE_AWAY)
    return f"The database cannot be used ({reason}). {advice}"


def file_message(error: OSError) -> str:
    """Return a message that names the file and the reason, followed by advice."""
    file = error.filename or "A file"
    advice = ADVICE.get(error.errno or 0, "Put that right and run the command again.")
    return f"{file} cannot be used ({error.strerror or error}). {advice}"
