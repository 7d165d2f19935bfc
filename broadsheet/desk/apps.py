"""The Django app of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The desk has pages, and no table."""

    name = "broadsheet.desk"
    label = "desk"
