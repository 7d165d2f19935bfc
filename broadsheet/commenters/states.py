"""The standing of a commenter."""

from django.db.models import TextChoices


class Standing(TextChoices):
    """How far a commenter is trusted."""

    NEW = "new", "New"
    APPROVED = "approved", "Approved"
    WATCHED = "watched", "Watched"
    SUSPENDED = "suspended", "Suspended"
    BANNED = "banned", "Banned"
