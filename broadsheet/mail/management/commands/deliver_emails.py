"""Tries at once what could not be handed over, where an operator does not want to wait."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.mail.delivery import deliver_due


class Command(BaseCommand):
    """Hands over every email whose next attempt has come."""

    help = "Hands over every email that is due, e.g. where no worker runs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes one attempt at each."""
        deliver_due()
