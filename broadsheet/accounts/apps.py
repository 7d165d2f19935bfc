"""The Django app of the staff's accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The accounts of the staff."""

    name = "broadsheet.accounts"
    label = "accounts"
