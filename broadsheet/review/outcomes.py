"""The outcomes of a decision, in one table: effect, required reason, permission and key (ADR 30)."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import Move, ReviewState


class Outcome(TextChoices):
    """The outcome of a decision about one revision of a comment."""

    APPROVE = "approve", _("Approve")
    DECLINE = "decline", _("Decline")
    HOLD = "hold", _("Hold for the legal desk")
    REMOVE = "remove", _("Remove")
    REINSTATE = "reinstate", _("Reinstate")

    @property
    def past(self) -> Promise:
        """Return the outcome as the record states it."""
        return _PAST[self]


_PAST: dict[Outcome, Promise] = {
    Outcome.APPROVE: _("Approved"),
    Outcome.DECLINE: _("Declined"),
    Outcome.HOLD: _("Held for the legal desk"),
    Outcome.REMOVE: _("Removed"),
    Outcome.REINSTATE: _("Reinstated"),
}


@dataclass(frozen=True)
class Effect:
    """The effect of an outcome, and the conditions for it.

    `review` becomes the review state of the revision. `move` is made by the comment from the states that have it in
    their table (discussion/states.py); an outcome without a move leaves the comment's state as it is.
    """

    review: ReviewState
    move: Move | None
    needs_reason: bool
    permission: str
    key: str


EFFECTS: dict[Outcome, Effect] = {
    Outcome.APPROVE: Effect(ReviewState.APPROVED, Move.PUBLISH, False, "review.decide", "a"),
    Outcome.DECLINE: Effect(ReviewState.DECLINED, Move.DECLINE, True, "review.decide", "d"),
    Outcome.HOLD: Effect(ReviewState.HELD, Move.HOLD, False, "review.decide", "h"),
    Outcome.REMOVE: Effect(ReviewState.REMOVED, Move.REMOVE, True, "review.decide", "r"),
    Outcome.REINSTATE: Effect(ReviewState.APPROVED, Move.REINSTATE, False, "review.reverse", "i"),
}
NEEDS_REASON = frozenset(outcome for outcome, effect in EFFECTS.items() if effect.needs_reason)


@dataclass(frozen=True)
class Grounds:
    """The grounds of a decision, as its author is told: a reason, the law for reason 9, and an explanation."""

    reason: Reason | None = None
    law: str = ""
    explanation: str = ""


NO_GROUNDS = Grounds()
