"""The standing of a commenter."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Standing(TextChoices):
    """The trust that the paper has in a commenter."""

    NEW = "new", _("New")
    APPROVED = "approved", _("Approved")
    WATCHED = "watched", _("Watched")
    SUSPENDED = "suspended", _("Suspended")
    BANNED = "banned", _("Banned")
