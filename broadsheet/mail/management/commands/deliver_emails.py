"""Deliver the due emails now, where no worker runs or an operator does not want to wait for it."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.mail.delivery import deliver_due


class Command(BaseCommand):
    """Deliver every due email."""

    help = "Deliver every email that is due, for example where no worker runs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Attempt each due email once."""
        deliver_due()
