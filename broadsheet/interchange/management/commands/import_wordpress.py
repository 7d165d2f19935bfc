"""Imports a WordPress export; `broadsheet import wordpress` runs it."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from broadsheet.interchange.loading.importer import ImportRequest, import_export
from broadsheet.interchange.loading.progress import ProgressBar
from broadsheet.interchange.loading.report import Report
from broadsheet.interchange.sources.wordpress.export import WordPressExport


class Command(BaseCommand):
    """Imports articles and comments from the .xml file that WordPress creates under Tools → Export."""

    help = "Import posts, pages, authors and comments from a WordPress export. A second run imports only what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the arguments of `broadsheet import wordpress`."""
        parser.add_argument("file", type=Path, help="the .xml file that WordPress creates under Tools → Export")
        parser.add_argument("--media", type=Path, help="the old site's uploads folder; nothing is downloaded")
        parser.add_argument("--dry-run", action="store_true", help="change nothing, only report what would be imported")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report, even where the file is refused after some of it was imported."""
        request = ImportRequest(WordPressExport(options["file"]), options["media"], options["dry_run"])
        report = Report(is_dry=request.is_dry)
        try:
            import_export(request, report, ProgressBar(sys.stderr))
        finally:
            if report.title:
                self.stdout.write("\n".join(report.lines()))
