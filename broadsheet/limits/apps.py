"""The Django app of the limits."""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """The allowances."""

    name = "broadsheet.limits"
    label = "limits"
