"""Tries again what could not be handed over; the schedule runs it every minute."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.mail.models import Letter
from broadsheet.mail.tasks import hand_over_letter


class Command(BaseCommand):
    """Hands over every letter whose next attempt has come."""

    help = "Hands over every letter that is due, e.g. after the mail server was away."

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes one attempt at each."""
        for letter_id in Letter.objects.due().values_list("pk", flat=True):
            hand_over_letter.func(letter_id)
