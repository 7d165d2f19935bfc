"""The Django app of the record of decisions."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """The record of decisions."""

    name = "broadsheet.review"
    label = "review"
