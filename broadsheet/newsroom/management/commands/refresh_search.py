"""Writes entries of the search that have a former layout again; the schedule runs it every minute."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.newsroom.search.entries import refresh

SECONDS = 40.0  # until the next run has its turn


class Command(BaseCommand):
    """`broadsheet manage refresh_search`."""

    help = "Bring the index of the readers' search up to date after an upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write entries again for some time, and say how many are left."""
        left = refresh(SECONDS)
        self.stdout.write(f"{left} articles have to be indexed again." if left else "The search index is up to date.")
