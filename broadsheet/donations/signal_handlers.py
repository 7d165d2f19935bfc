"""What Wagtail's forms tell the appeal."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from broadsheet.donations.actions import purge_appeal
from broadsheet.donations.models import DonationAppeal, DonationLink


@receiver([post_save, post_delete], sender=DonationAppeal)
@receiver([post_save, post_delete], sender=DonationLink)
def show_the_appeal_as_it_is(**about: Any) -> None:
    """Every article shows the appeal in its present words."""
    purge_appeal()
