"""Print the addresses and accounts of the demo; `broadsheet demo` runs this when it starts."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from broadsheet.demo.notes import notes


class Command(BaseCommand):
    """Print the addresses and the accounts."""

    help = "Print the addresses and the accounts of the demo."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the address of the demo, which differs from the setting where the command chose another port."""
        parser.add_argument("--base-url", default=settings.BASE_URL, help="The address at which the demo is served.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the notes."""
        self.stdout.write(notes(options["base_url"]))
