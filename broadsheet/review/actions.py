"""④ Decisions. The comment's move and the record of it are one transaction: neither exists without the other."""

from collections.abc import Callable, Iterable

from django.db import transaction

from broadsheet.accounts.models import User
from broadsheet.discussion import actions as discussion
from broadsheet.discussion.models import Comment, Revision
from broadsheet.review import rules
from broadsheet.review.models import Decision
from broadsheet.review.reasons import Outcome, Reason

_MOVES: dict[Outcome, Callable[..., Comment]] = {
    Outcome.APPROVE: discussion.publish_comment,
    Outcome.DECLINE: discussion.decline_comment,
    Outcome.HOLD: discussion.hold_comment,
    Outcome.REMOVE: discussion.remove_comment,
    Outcome.REINSTATE: discussion.reinstate_comment,
}


def approve(revision: Revision, *, by: User, private_note: str = "") -> Decision:
    """Publishes the comment as it was read; raises MayNotDecide, TextChanged, InvalidTransition."""
    return _decide(revision, Decision(outcome=Outcome.APPROVE, by=by, private_note=private_note))


def decline(
    revision: Revision, *, by: User, reason: Reason | None, law: str = "", explanation: str = "", private_note: str = ""
) -> Decision:
    """Keeps the comment from being shown, for a reason that its author is told; raises ReasonNeeded too."""
    words = {"law": law, "explanation": explanation, "private_note": private_note}
    return _decide(revision, Decision(outcome=Outcome.DECLINE, by=by, reason=reason, **words))


def hold(revision: Revision, *, by: User, private_note: str = "") -> Decision:
    """Sets the comment aside for the legal desk."""
    return _decide(revision, Decision(outcome=Outcome.HOLD, by=by, private_note=private_note))


def remove(
    revision: Revision, *, by: User, reason: Reason | None, law: str = "", explanation: str = "", private_note: str = ""
) -> Decision:
    """Takes a published comment out of sight, for a reason that its author is told."""
    words = {"law": law, "explanation": explanation, "private_note": private_note}
    return _decide(revision, Decision(outcome=Outcome.REMOVE, by=by, reason=reason, **words))


def reinstate(revision: Revision, *, by: User, private_note: str = "") -> Decision:
    """Shows a declined or removed comment after all; a chief reviewer's right."""
    return _decide(revision, Decision(outcome=Outcome.REINSTATE, by=by, private_note=private_note))


def import_decisions(decisions: Iterable[Decision]) -> None:
    """Records, in the importer's transaction, what was decided elsewhere: by nobody here, with a note of where."""
    Decision.objects.bulk_create(decisions)


def _decide(revision: Revision, decision: Decision) -> Decision:
    outcome, by = Outcome(decision.outcome), decision.by
    with transaction.atomic(durable=True):
        if by is None:
            raise ValueError("a decision is made by somebody")
        rules.check_can_decide(by, outcome)
        rules.check_reason(outcome, Reason(decision.reason) if decision.reason else None)
        _MOVES[outcome](revision.comment, revision=revision)
        decision.revision = revision
        decision.save()
        return decision
