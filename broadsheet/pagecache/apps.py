"""The room as a Django app."""

from django.apps import AppConfig


class PagecacheConfig(AppConfig):
    """The name and label of the app."""

    name = "broadsheet.pagecache"
    label = "pagecache"
