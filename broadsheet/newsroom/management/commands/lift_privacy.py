"""`broadsheet manage lift_privacy`: makes public what is private, and so hidden from all readers."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.newsroom.actions import lift_privacy
from broadsheet.newsroom.queries import private_names


class Command(BaseCommand):
    """The command, which names what readers see from now on."""

    help = "Make public every page and collection that was made private."

    def handle(self, *args: Any, **options: Any) -> None:
        """Lift all restrictions."""
        names = private_names()
        lift_privacy()
        self.stdout.write("\n".join(f"“{name}” is no longer private." for name in names) or "Nothing is private.")
