"""The states of an email."""

from django.db.models import TextChoices


class EmailState(TextChoices):
    """An email is queued until the mail server has accepted it, or the last attempt has failed."""

    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
