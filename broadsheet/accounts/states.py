"""The roles of the staff."""

from django.db.models import TextChoices


class Role(TextChoices):
    """The groups of staff that migrations create. Each room grants them the permissions on its own tables."""

    REPORTER = "Reporter"
    EDITOR = "Editor"
    REVIEWER = "Reviewer"
    CHIEF_REVIEWER = "Chief reviewer"
