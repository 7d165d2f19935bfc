"""Registers the room with Django."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """The room's name and label."""

    name = "broadsheet.mail"
    label = "mail"
