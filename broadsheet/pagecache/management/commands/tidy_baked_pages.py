"""Removes baked pages whose time is over, and entries of the purge log that nobody can need; the schedule runs it."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.pagecache.actions import remove_expired
from broadsheet.pagecache.models import Node, Purge


class Command(BaseCommand):
    """Tidies up after time has passed."""

    help = "Remove baked pages that time alone has made wrong, and purges older than a week."

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many pages went, unless it is to be quiet."""
        Purge.objects.outdated().delete()
        Node.objects.silent().delete()
        removed = remove_expired(time.time())
        if options["verbosity"]:
            self.stdout.write(f"{removed} pages removed.")
