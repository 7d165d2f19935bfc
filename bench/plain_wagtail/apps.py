"""The site's one application."""

from django.apps import AppConfig


class PlainConfig(AppConfig):
    """One article is all it has."""

    name = "bench.plain_wagtail"
    label = "plain"
    default_auto_field = "django.db.models.BigAutoField"
