"""Where an email can be."""

from django.db.models import TextChoices


class EmailState(TextChoices):
    """Waiting to be handed over, handed over, or given up."""

    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    FAILED = "failed", "Given up"
