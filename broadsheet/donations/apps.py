"""Registers the room with Django."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DonationsConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.donations"
    label = "donations"

    def ready(self) -> None:
        """Connect the signal handlers."""
        autodiscover_modules("signal_handlers")
