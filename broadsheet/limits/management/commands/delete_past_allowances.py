"""Delete unused allowances. The schedule runs it every hour."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.limits.actions import delete_past_allowances


class Command(BaseCommand):
    """Delete the allowances that are unused again."""

    help = "Deletes the rows of limits that count no longer."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete the rows in one statement."""
        deleted = delete_past_allowances()
        if options["verbosity"]:
            self.stdout.write(f"{deleted} allowances deleted.")
