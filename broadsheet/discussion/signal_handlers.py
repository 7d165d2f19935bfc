"""Signals of Wagtail's forms."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from broadsheet.discussion.actions import purge_terms
from broadsheet.discussion.models import Terms


@receiver(post_save, sender=Terms)
def show_new_terms(**about: Any) -> None:
    """Show new terms above every form at once."""
    purge_terms()
