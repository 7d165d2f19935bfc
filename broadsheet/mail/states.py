"""The states of an email."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EmailState(TextChoices):
    """An email is queued until it is accepted by the mail server, fails for good, or is withheld by a limit."""

    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    WITHHELD = "withheld", _("Withheld")
