"""The backend by the name under which Django looks for it."""

from typing import Any

from django.db.backends.sqlite3 import base

from broadsheet.core.sqlite.queue import Place, queue_of

PATIENCE = 10.0  # seconds; afterwards SQLite's own wait begins


class DatabaseWrapper(base.DatabaseWrapper):
    """Each transaction that writes stands in the queue first, and leaves it when it has committed or is rolled back."""

    _place: Place | None = None

    def _start_transaction_under_autocommit(self) -> None:
        if not self.is_in_memory_db():
            self._place = queue_of(str(self.settings_dict["NAME"])).enter(patience=PATIENCE)
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
