"""Imports a WordPress export; `broadsheet import wordpress` runs it."""

import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.management.base import BaseCommand, CommandError, CommandParser

from broadsheet.interchange.loading.importer import ImportRequest, import_export
from broadsheet.interchange.loading.progress import ProgressBar
from broadsheet.interchange.loading.report import Report
from broadsheet.interchange.sources.wordpress.export import WordPressExport

USAGE = 2  # the exit code of a command that lacks an option or has a wrong one
QUESTION = "Folder with the pictures of the old site (wp-content/uploads); press Enter to import without pictures: "
NO_MEDIA = (
    "Nothing was imported. Say where the pictures are with --media FOLDER, a copy of the old site's "
    "wp-content/uploads, or use --without-pictures; a later run with --media adds them."
)


class Command(BaseCommand):
    """Imports articles and comments from the .xml file that WordPress creates under Tools → Export."""

    help = "Import posts, pages, authors and comments from a WordPress export. A second run imports only what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the arguments of `broadsheet import wordpress`."""
        parser.add_argument("file", type=Path, help="the .xml file that WordPress creates under Tools → Export")
        pictures = parser.add_mutually_exclusive_group()
        pictures.add_argument("--media", type=Path, help="the old site's uploads folder; nothing is downloaded")
        pictures.add_argument("--without-pictures", action="store_true", help="import without pictures")
        parser.add_argument("--time-zone", help="the time zone of the old site, such as Europe/Helsinki")
        parser.add_argument("--dry-run", action="store_true", help="change nothing, only report what would be imported")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report, even where the file is refused after some of it was imported."""
        zone = _zone(options["time_zone"])
        media = options["media"] if options["without_pictures"] else options["media"] or _asked_for_media()
        request = ImportRequest(WordPressExport(options["file"]), media, options["dry_run"], zone)
        report = Report(is_dry=request.is_dry)
        try:
            import_export(request, report, ProgressBar(sys.stderr))
        finally:
            if report.title:
                self.stdout.write("\n".join(report.lines()))


def _asked_for_media() -> Path | None:
    """Return the folder that the operator names, or None for no pictures; raise CommandError without a terminal."""
    if not sys.stdin.isatty():
        raise CommandError(NO_MEDIA, returncode=USAGE)
    answer = input(QUESTION).strip()
    return Path(answer).expanduser() if answer else None


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    if name not in available_timezones():
        raise CommandError(
            f"There is no time zone {name}. Name one such as Europe/Helsinki or America/New_York.", returncode=USAGE
        )
    return ZoneInfo(name)
