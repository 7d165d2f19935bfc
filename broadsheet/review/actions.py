"""④ Decisions. A decision, its effect on the comment and the email about it are one transaction."""

from collections.abc import Iterable

from django.db import transaction

from broadsheet.accounts.models import User
from broadsheet.discussion.actions import apply_review
from broadsheet.discussion.models import Revision
from broadsheet.mail import actions as mail
from broadsheet.review import emails, rules
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import EFFECTS, NO_GROUNDS, Grounds, Outcome


def decide(
    revision: Revision,
    outcome: Outcome,
    *,
    by: User,
    grounds: Grounds = NO_GROUNDS,
    private_note: str = "",
    seen: str = "",
) -> Decision:
    """④ Decide about exactly the text that was read, and record it. The author is told if they asked for an email.

    `seen` is the state in which the person saw the comment; if it has changed, the decision is refused. Raises
    MayNotDecide, ReasonNeeded, TextChanged, InvalidTransition; nothing is stored then.
    """
    with transaction.atomic(durable=True):
        decision = decide_within(revision, outcome, by=by, grounds=grounds, private_note=private_note)
        rules.check_state_was_seen(decision, seen)
        return decision


def decide_within(
    revision: Revision, outcome: Outcome, *, by: User, grounds: Grounds = NO_GROUNDS, private_note: str = ""
) -> Decision:
    """Decide within the caller's transaction, as bulk decisions, reversals and the legal desk compose it."""
    with transaction.atomic():
        rules.check_can_decide(by, outcome)
        rules.check_grounds(outcome, grounds)
        effect = EFFECTS[outcome]
        reviewed = apply_review(revision, review=effect.review, move=effect.move)
        decision = Decision(
            revision=revision,
            outcome=outcome,
            reason=grounds.reason,
            law=grounds.law,
            explanation=grounds.explanation,
            private_note=private_note,
            by=by,
            previous_state=reviewed.previous_state,
            previous_review=reviewed.previous_review,
            previous_shown_id=reviewed.previous_shown_id,
        )
        decision.save()
        if reviewed.address:
            mail.send_template(to=reviewed.address, **emails.decision_email(decision, reviewed.comment))
        return decision


def import_decisions(decisions: Iterable[Decision]) -> None:
    """Record decisions of another system, in the importer's transaction. Each names its source in the note."""
    Decision.objects.bulk_create(decisions)
