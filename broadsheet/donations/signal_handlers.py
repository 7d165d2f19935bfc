"""Handlers of Django's signals: each calls one action."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from broadsheet.donations.actions import purge_appeal
from broadsheet.donations.models import DonationAppeal, DonationLink


@receiver([post_save, post_delete], sender=DonationAppeal)
@receiver([post_save, post_delete], sender=DonationLink)
def purge_changed_appeal(**kwargs: Any) -> None:
    """Purge the pages that show the appeal."""
    purge_appeal()
