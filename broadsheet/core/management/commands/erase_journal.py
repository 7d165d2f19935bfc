"""Overwrite deleted words in SQLite's journal. The schedule runs it every minute."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.core.erasure import erase_journal


class Command(BaseCommand):
    """Overwrite what SQLite's journal still has of committed transactions."""

    help = "Overwrites what SQLite's journal still has of deleted words. It does nothing on PostgreSQL."

    def handle(self, *args: Any, **options: Any) -> None:
        """Overwrite the journal."""
        erase_journal()
