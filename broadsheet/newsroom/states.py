"""The states of an article, as editors see them, and the ways in which it takes comments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ArticleState(TextChoices):
    """What has become of an article, in the order in which an editor's day has use for it."""

    SCHEDULED = "scheduled", _("Scheduled")
    WAITING = "waiting", _("Waiting for review")
    RETURNED = "returned", _("Sent back by the review")
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CHANGED = "changed", _("Published; a newer version is a draft")
    TAKEN_OFF = "taken-off", _("Taken off")


class CommentPolicy(TextChoices):
    """The ways in which an article takes comments."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    DAYS = "days", _("Open for some days after publication")
