"""The Django app of the commenters."""

from django.apps import AppConfig


class CommentersConfig(AppConfig):
    """The commenters' table belongs to this app."""

    name = "broadsheet.commenters"
    label = "commenters"
