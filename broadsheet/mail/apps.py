"""The Django app of the outbox."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """The outbox."""

    name = "broadsheet.mail"
    label = "mail"
