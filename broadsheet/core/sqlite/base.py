"""The backend, under the module name that Django expects."""

from typing import Any

from django.db.backends.sqlite3 import base

from broadsheet.core.sqlite.queue import Place, queue_of

QUEUE_TIMEOUT = 10.0  # seconds, after which SQLite's own lock decides, with a timeout of its own


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes a place in the queue before each write transaction, and leaves it after the commit or the rollback."""

    _place: Place | None = None

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
