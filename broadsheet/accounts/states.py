"""What a commenter is to the paper, and which roles its staff can have."""

from django.db.models import TextChoices


class Standing(TextChoices):
    """How far a commenter is trusted."""

    NEW = "new", "New"
    APPROVED = "approved", "Approved"
    WATCHED = "watched", "Watched"
    SUSPENDED = "suspended", "Suspended"
    BANNED = "banned", "Banned"


class Role(TextChoices):
    """The staff groups that migrations make; what each may do is granted by the room that owns the thing."""

    REPORTER = "Reporter"
    EDITOR = "Editor"
    REVIEWER = "Reviewer"
    CHIEF_REVIEWER = "Chief reviewer"
