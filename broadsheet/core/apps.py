"""The Django app of the room."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The name and the label of the app."""

    name = "broadsheet.core"
    label = "core"
