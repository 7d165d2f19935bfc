"""The command `migrate` of Django, after which no trigger is missing even where a migration fails (ADR 34)."""

from typing import Any

from django.core.management.commands import migrate
from django.db import DatabaseError

from broadsheet.core.triggers import set_missing_triggers


class Command(migrate.Command):
    """Migrates the database."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; where that fails, set the triggers that were dropped before it, and raise the error."""
        try:
            super().handle(*args, **options)
        except BaseException as error:
            self._set_triggers_after(error)
            raise

    def _set_triggers_after(self, error: BaseException) -> None:
        try:
            set_missing_triggers()
        except DatabaseError as second:
            error.add_note(f"Triggers are missing as well ({type(second).__name__}); `broadsheet doctor` names them.")
