"""The record of decisions: append-only, each about one exact text."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from broadsheet.discussion.models import Comment, Revision
from broadsheet.review.errors import RecordIsFinal
from broadsheet.review.reasons import NEEDS_REASON, SENTENCES, Outcome, Reason


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions by what they are about."""

    def about(self, comment: Comment) -> "DecisionQuerySet":
        """Those on any text of one comment, the latest first."""
        return self.filter(revision__comment=comment).order_by("-made_at", "-pk")

    def update(self, **changes: Any) -> NoReturn:
        """Refuses: the record is append-only."""
        raise _final()

    def delete(self) -> NoReturn:
        """Refuses: the record is append-only."""
        raise _final()


class Decision(models.Model):
    """What a reviewer decided about one revision, why, and when. The database itself refuses to alter a row."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    reason = models.PositiveSmallIntegerField(choices=Reason.choices, null=True, blank=True)
    law = models.CharField(
        max_length=200, blank=True, help_text="For reason 9: which law, e.g. “German Criminal Code § 130”."
    )
    explanation = models.TextField(blank=True, help_text="To the author, added to the reason's own sentence.")
    private_note = models.TextField(blank=True, help_text="To colleagues. The author never sees it.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="decisions")
    made_at = models.DateTimeField(default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        permissions = [
            ("decide", "Can decide on comments"),
            ("reverse", "Can reverse decisions on comments"),
        ]
        constraints = [
            models.CheckConstraint(
                name="decision_reason_where_one_is_due",
                condition=models.Q(
                    outcome__in=sorted(NEEDS_REASON), reason__isnull=False, reason__in=[r.value for r in Reason]
                )
                | (~models.Q(outcome__in=sorted(NEEDS_REASON)) & models.Q(reason__isnull=True)),
            ),
            models.CheckConstraint(
                name="decision_by_somebody_or_noted",
                condition=models.Q(by__isnull=False) | ~models.Q(private_note=""),
            ),
        ]
        indexes = [models.Index(fields=["revision", "-made_at"], name="decision_latest")]

    def __str__(self) -> str:
        return f"{self.outcome} of revision {self.revision_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores a new decision; refuses to alter one."""
        if not self._state.adding:
            raise _final()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuses: the record is append-only."""
        raise _final()

    @property
    def sentence(self) -> str:
        """The reason's sentence to the author."""
        return SENTENCES[Reason(self.reason)] if self.reason else ""


def _final() -> RecordIsFinal:
    return RecordIsFinal("A decision is part of the record and stays as it is. Make another decision to reverse it.")
