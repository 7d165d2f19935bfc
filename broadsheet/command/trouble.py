"""Words what an operator can meet: wrong options, a full disk, a database that is away. The rest crashes loudly."""

import errno

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db.utils import InterfaceError, OperationalError

from broadsheet.config.options import BadOptions
from broadsheet.core.errors import Refusal

FORESEEN = (BadOptions, Refusal, CommandError, ImproperlyConfigured, OperationalError, InterfaceError, OSError)
ADVICE = {
    errno.ENOSPC: "The disk is full: make room and run the same command again; nothing that was finished is lost.",
    errno.EDQUOT: "The quota of this user is used up: make room and run the same command again.",
    errno.EROFS: "The file system can only be read: mount it for writing, or choose another folder.",
    errno.EACCES: "Give the user that runs broadsheet the right to it, or choose another folder.",
    errno.EPERM: "Give the user that runs broadsheet the right to it, or choose another folder.",
    errno.ENOTDIR: "A part of this path is a file, not a folder: name another one.",
}
# What SQLite says, and what to do then. The rest of a database's words are passed on as they are.
DATABASE_ADVICE = {
    "database or disk is full": ADVICE[errno.ENOSPC],
    "database is locked": "Something else is writing to it: wait until that is done and run the same command again.",
    "readonly database": "Give the user that runs broadsheet the right to write the data folder and the file in it.",
    "unable to open": "Give the user that runs broadsheet the right to the data folder and the file in it.",
    "malformed": "Restore paper.sqlite3 from a backup.",
    "no such table": "`broadsheet manage migrate` makes the missing tables.",
}
DATABASE_AWAY = "Is the database server running, and is BROADSHEET_DATABASE_URL right?"


def sentences(error: BaseException) -> list[str]:
    """What to print for an error that was foreseen: one sentence, or one a line for several wrong options."""
    if isinstance(error, BadOptions):
        return error.lines
    if isinstance(error, OperationalError | InterfaceError):
        return [database_sentence(error)]
    if isinstance(error, OSError):
        return [file_sentence(error)]
    return [str(error)]


def database_sentence(error: Exception) -> str:
    """The database's own words on one line, and what to do."""
    said = " ".join(str(error).split()) or type(error).__name__
    advice = next((advice for words, advice in DATABASE_ADVICE.items() if words in said), DATABASE_AWAY)
    return f"The database cannot be used ({said}). {advice}"


def file_sentence(error: OSError) -> str:
    """Which file, why not, and what to do."""
    what = f"{error.filename} cannot be used" if error.filename else "A file cannot be used"
    advice = ADVICE.get(error.errno or 0, "Mend that and run the same command again.")
    return f"{what} ({error.strerror or error}). {advice}"
