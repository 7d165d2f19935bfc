"""The roles of the staff."""

from django.db.models import TextChoices


class Role(TextChoices):
    """The staff groups that migrations make; what each may do is granted by the room that owns the thing."""

    REPORTER = "Reporter"
    EDITOR = "Editor"
    REVIEWER = "Reviewer"
    CHIEF_REVIEWER = "Chief reviewer"
