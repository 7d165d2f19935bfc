"""Fills an empty, migrated paper with the demo; `broadsheet demo` runs it."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from broadsheet.demo.errors import CopyFault, NotEmpty
from broadsheet.demo.fill import fill


class Command(BaseCommand):
    """Fills the paper, or says that it is filled."""

    help = "Fills an empty paper with an invented town's news, photographs, comments and accounts."

    def handle(self, *args: Any, **options: Any) -> None:
        """All or nothing; a second run changes nothing."""
        # Wagtail has a line of its own for every page that is made.
        logging.getLogger("wagtail").setLevel(logging.WARNING)
        try:
            filled = fill()
        except (CopyFault, NotEmpty) as fault:
            raise CommandError(str(fault)) from fault
        if filled is None:
            self.stdout.write("The demo is already here. Nothing was changed.")
        else:
            self.stdout.write(
                f"{filled.articles} articles, {filled.photos} photographs and {filled.comments} comments are in."
            )
