"""Fill an empty, migrated paper with the demo; `broadsheet demo` runs this."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from broadsheet.demo.errors import CopyFault, NotEmpty
from broadsheet.demo.fill import fill


class Command(BaseCommand):
    """Fill the paper, or report that the demo is there already."""

    help = "Fill an empty paper with an invented town's news, photographs, comments and accounts."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill the paper in one transaction; a second run leaves it unchanged."""
        # Wagtail logs a line for each page that is created.
        logging.getLogger("wagtail").setLevel(logging.WARNING)
        try:
            filled = fill()
        except (CopyFault, NotEmpty) as fault:
            raise CommandError(str(fault)) from fault
        if filled is None:
            self.stdout.write("The demo is already there. Nothing was changed.")
        else:
            self.stdout.write(
                f"Created {filled.articles} articles, {filled.photos} photographs and {filled.comments} comments."
            )
