"""The backend, under the module name that Django expects."""

import os
from contextlib import suppress
from typing import Any

from django.db.backends.sqlite3 import base

from broadsheet.core.sqlite.queue import Place, queue_of

OWNER_ONLY, OTHERS = 0o600, 0o077  # modes of files
QUEUE_TIMEOUT = 10.0  # seconds, after which SQLite's own lock decides, with a timeout of its own


def make_private(database: str) -> None:
    """Create a database file that only its owner can read, or take an existing one away from others.

    New journals get the same mode from SQLite. An existing file is never opened here: closing it would release the
    locks that SQLite has on it in this process.
    """
    with suppress(FileExistsError, OSError):
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY))
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):  # there is no such file, or it is another user's
            if os.stat(database + suffix).st_mode & OTHERS:
                os.chmod(database + suffix, OWNER_ONLY)


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes a place in the queue before each write transaction, and leaves it after the commit or the rollback."""

    _place: Place | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not self.is_in_memory_db():
            make_private(str(self.settings_dict["NAME"]))
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        if not self.is_in_memory_db():
            self._place = queue_of(str(self.settings_dict["NAME"])).enter(timeout=QUEUE_TIMEOUT)
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._leave()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _leave(self) -> None:
        place, self._place = self._place, None
        if place is not None:
            place.leave()
