"""The roles of the staff."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The groups of staff that migrations create. Each room grants them the permissions on its own tables."""

    REPORTER = "Reporter", _("Reporter")
    EDITOR = "Editor", _("Editor")
    REVIEWER = "Reviewer", _("Reviewer")
    CHIEF_REVIEWER = "Chief reviewer", _("Chief reviewer")
