"""Registers the room with Django."""

from django.apps import AppConfig


class InterchangeConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.interchange"
    label = "interchange"
