"""Registers the room with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.accounts"
    label = "accounts"
