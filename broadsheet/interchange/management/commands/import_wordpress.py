"""Imports a WordPress export; `broadsheet import wordpress` runs it."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from broadsheet.interchange.loading.progress import Progress
from broadsheet.interchange.loading.report import Report
from broadsheet.interchange.loading.run import Wish, import_export


class Command(BaseCommand):
    """Brings articles and comments in from the .xml file that WordPress makes under Tools, Export."""

    help = "Imports posts, pages, authors and comments from a WordPress export. A second run brings only what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        """The same words as `broadsheet import wordpress` takes."""
        parser.add_argument("file", type=Path, help="the .xml file that WordPress makes under Tools, Export")
        parser.add_argument("--media", type=Path, help="the old site's uploads folder; nothing is fetched")
        parser.add_argument("--dry-run", action="store_true", help="change nothing, only report what would come in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reports even what came in before a damaged place in the file; then refuses the rest."""
        wish = Wish(options["file"], options["media"], options["dry_run"])
        report = Report(is_dry=wish.is_dry)
        try:
            import_export(wish, report, Progress(sys.stderr))
        finally:
            if report.title:
                self.stdout.write("\n".join(report.lines()))
