"""Registers the room with Django."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from PIL import Image


class NewsroomConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.newsroom"
    label = "newsroom"

    def ready(self) -> None:
        """Connect the signal handlers, adapt Wagtail's profiles, and set the size at which Pillow refuses pictures."""
        # Beyond this number Pillow warns, beyond twice it raises; `PhotoField` refuses the picture in both cases.
        Image.MAX_IMAGE_PIXELS = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
        autodiscover_modules("signal_handlers")
        import_module("broadsheet.newsroom.models.profiles").adapt_profiles()
