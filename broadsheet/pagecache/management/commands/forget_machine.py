"""Removes a machine that will not come back from the nodes that have to confirm each purge."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from broadsheet.pagecache.models import Node


class Command(BaseCommand):
    """`broadsheet manage forget_machine`; a machine that still runs is listed again within seconds."""

    help = "Forget a machine that was switched off for good, so that no purge waits for it; without a name, list them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the optional name."""
        parser.add_argument("name", nargs="?", help="the machine's name, as the desk and the list show it")

    def handle(self, *args: Any, name: str | None, **options: Any) -> None:
        """Forget the machine of this name, or list all of them. Raises CommandError for an unknown name."""
        if name is None:
            for node in Node.objects.order_by("name"):
                self.stdout.write(f"{node.name}  last heard from {node.heartbeat_at:%Y-%m-%d %H:%M:%S} UTC")
        elif Node.objects.filter(name=name).delete()[0]:
            self.stdout.write(f"{name} is forgotten: no purge waits for it any more.")
        else:
            raise CommandError(f"There is no machine “{name}”. Without a name, this command lists them.")
