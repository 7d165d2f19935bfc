"""Registers the room with Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.demo"
    label = "demo"
