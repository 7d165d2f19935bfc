"""Registers the room with Django."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.review"
    label = "review"
