"""Prints what to try in the demo; `broadsheet demo` runs it when it starts."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from broadsheet.demo.notes import notes


class Command(BaseCommand):
    """Prints the addresses and the sign-ins."""

    help = "Prints what to try in the demo, with the sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        """The address may be another than the configured one, where a port was chosen at the start."""
        parser.add_argument("--base-url", default=settings.BASE_URL, help="The address the demo is served at.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints."""
        self.stdout.write(notes(options["base_url"]))
