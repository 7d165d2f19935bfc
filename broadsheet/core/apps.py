"""Registers the room with Django."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.core"
    label = "core"
