"""Deletes expired pages and old rows of the purge log; the schedule runs it."""

import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.core.each import for_each
from broadsheet.pagecache.actions import remove_expired
from broadsheet.pagecache.models import Node, Purge


class Command(BaseCommand):
    """`broadsheet manage tidy_baked_pages`."""

    help = "Delete baked pages that have expired, purges older than a week, and machines silent for a week."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them, and print the number of pages unless `--verbosity 0`."""
        removed: list[int] = []
        steps: list[Callable[[], object]] = [
            lambda: Purge.objects.outdated().delete(),
            lambda: Node.objects.silent().delete(),
            lambda: removed.append(remove_expired(time.time())),
        ]
        for_each(steps, lambda step: step(), what="A part of the tidying of baked pages")
        if options["verbosity"]:
            self.stdout.write(f"{sum(removed)} pages removed.")
