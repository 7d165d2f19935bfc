"""The Django app of the readers' comments."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DiscussionConfig(AppConfig):
    """The readers' comments."""

    name = "broadsheet.discussion"
    label = "discussion"

    def ready(self) -> None:
        """Connect the signal handlers."""
        autodiscover_modules("signal_handlers")
