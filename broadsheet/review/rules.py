"""The permissions and the required grounds of decisions."""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from broadsheet.accounts.models import User
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.rules import can_move
from broadsheet.review.errors import MayNotDecide, ReasonNeeded
from broadsheet.review.outcomes import EFFECTS, Grounds, Outcome


def may_decide(by: User | AnonymousUser, outcome: Outcome) -> bool:
    """Return whether an account has the permission for an outcome. No other code asks for it."""
    return by.has_perm(EFFECTS[outcome].permission)


def check_can_review(by: User | AnonymousUser) -> None:
    """Refuse the desk to an account that may decide nothing."""
    if not any(may_decide(by, outcome) for outcome in Outcome):
        raise MayNotDecide(_("Your account has no access to the desk. Ask an editor to make you a reviewer."))


def check_can_decide(by: User, outcome: Outcome) -> None:
    """Refuse an outcome for which the account lacks the permission."""
    if not may_decide(by, outcome):
        raise MayNotDecide(
            _("Your account isn’t allowed to do this: “%(outcome)s”. Ask an editor to give you the permission.")
            % {"outcome": outcome.label}
        )


def check_grounds(outcome: Outcome, grounds: Grounds) -> None:
    """Refuse to withhold a comment without a reason, to show it with one, and reason 9 without the law."""
    needs_reason = EFFECTS[outcome].needs_reason
    if needs_reason and grounds.reason is None:
        raise ReasonNeeded(
            _("“%(outcome)s” needs one of the nine reasons, because we tell the author why.")
            % {"outcome": outcome.label}
        )
    if not needs_reason and grounds.reason is not None:
        raise ReasonNeeded(
            _("“%(outcome)s” takes no reason. Use the note to tell your colleagues.") % {"outcome": outcome.label}
        )
    if grounds.reason == Reason.ILLEGAL and not grounds.law:
        raise ReasonNeeded(_("Please name the law: the country and the section."))


def outcomes_for(comment: Comment, revision: Revision, *, by: User) -> list[Outcome]:
    """Return the outcomes that are legal for a revision of a comment as it is now, and that the account may decide."""
    legal = (
        outcome
        for outcome, effect in EFFECTS.items()
        if effect.move is None or can_move(comment, revision, effect.move)
    )
    return [outcome for outcome in legal if may_decide(by, outcome)]
