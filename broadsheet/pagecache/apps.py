"""Registers the room with Django."""

from django.apps import AppConfig


class PagecacheConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.pagecache"
    label = "pagecache"
