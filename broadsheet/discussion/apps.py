"""Registers the room with Django."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DiscussionConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.discussion"
    label = "discussion"

    def ready(self) -> None:
        """Listens to Wagtail's forms."""
        autodiscover_modules("signal_handlers")
