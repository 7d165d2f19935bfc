"""Rewrite the database without deleted words. The schedule runs it every night."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.core.erasure import rewrite_database


class Command(BaseCommand):
    """Rewrite the database, so that gaps and the full-text index have no deleted words."""

    help = "Rewrites a SQLite database without deleted words; on PostgreSQL, runs VACUUM."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rewrite the database."""
        rewrite_database()
