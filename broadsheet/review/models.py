"""The record of decisions: append-only, each about one exact text."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.reasons import SENTENCES, Reason
from broadsheet.discussion.states import CommentState, ReviewState
from broadsheet.review.errors import RecordIsFinal
from broadsheet.review.outcomes import NEEDS_REASON, Outcome


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions, which can be read and added."""

    def about(self, comment: Comment) -> "DecisionQuerySet":
        """Return the decisions about every revision of a comment, the latest first."""
        return self.filter(revision__comment=comment).order_by("-made_at", "-pk")

    def update(self, **changes: Any) -> NoReturn:
        """Refuse: the record is append-only."""
        raise _final()

    def delete(self) -> NoReturn:
        """Refuse: the record is append-only."""
        raise _final()


class Decision(models.Model):
    """A reviewer's decision about one revision, with its grounds. The database itself refuses to alter a row (ADR 11).

    The `previous_…` fields are the state before the decision, for undo. They are empty for a decision that was
    imported, or recorded before version 0.2.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    reason = models.PositiveSmallIntegerField(choices=Reason.choices, null=True, blank=True)
    law = models.CharField(max_length=200, blank=True)
    explanation = models.TextField(blank=True)
    private_note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="decisions")
    made_at = models.DateTimeField(default=timezone.now)
    previous_state = models.CharField(max_length=12, choices=CommentState.choices, null=True, blank=True)  # noqa: DJ001 - null: see above
    previous_review = models.CharField(max_length=12, choices=ReviewState.choices, null=True, blank=True)  # noqa: DJ001
    previous_shown = models.ForeignKey(Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = gettext_lazy("decision"), gettext_lazy("decisions")
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
        """Store a new decision. Refuse to alter a stored decision."""
        if not self._state.adding:
            raise _final()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: the record is append-only."""
        raise _final()

    @property
    def past(self) -> str:
        """Return the outcome as the record states it."""
        return str(Outcome(self.outcome).past)

    @property
    def sentence(self) -> str:
        """Return the reason's sentence to the author, in the current language; empty without a reason."""
        return str(SENTENCES[Reason(self.reason)]) if self.reason else ""


def _final() -> RecordIsFinal:
    return RecordIsFinal(
        _("A decision is part of the record and can’t be changed. Make another decision to reverse it.")
    )
