"""Deletes expired pages and old rows of the purge log; the schedule runs it."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.pagecache.actions import remove_expired
from broadsheet.pagecache.models import Node, Purge


class Command(BaseCommand):
    """`broadsheet manage tidy_baked_pages`."""

    help = "Delete baked pages that have expired, purges older than a week, and machines silent for a week."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them, and print the number of pages unless `--verbosity 0`."""
        Purge.objects.outdated().delete()
        Node.objects.silent().delete()
        removed = remove_expired(time.time())
        if options["verbosity"]:
            self.stdout.write(f"{removed} pages removed.")
