"""Who may decide, and what a decision must say."""

from broadsheet.accounts.models import User
from broadsheet.review.errors import MayNotDecide, ReasonNeeded
from broadsheet.review.reasons import NEEDS_REASON, Outcome, Reason


def check_can_decide(by: User, outcome: Outcome) -> None:
    """Refuses whoever is no reviewer, and a reversal by anyone but a chief reviewer."""
    right = "review.reverse" if outcome == Outcome.REINSTATE else "review.decide"
    if not by.has_perm(right):
        raise MayNotDecide(
            f"Your account may not {outcome.label.lower()} comments. Ask the editor to give you that right."
        )


def check_reason(outcome: Outcome, reason: Reason | None) -> None:
    """Refuses to keep words from being read without a reason, and a reason for showing them."""
    if (outcome in NEEDS_REASON) != (reason is not None):
        raise ReasonNeeded(
            f"“{outcome.label}” needs one of the nine reasons: the author is told why."
            if outcome in NEEDS_REASON
            else f"“{outcome.label}” takes no reason. Put what colleagues should know into the note."
        )
