"""The permissions and the required grounds of decisions."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.accounts.models import User
from broadsheet.discussion.errors import InvalidTransition
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.rules import can_move
from broadsheet.discussion.states import CommentState
from broadsheet.review.errors import HasDecided, MayNotDecide, ReasonNeeded
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import EFFECTS, Grounds, Outcome


def may_decide(by: User | AnonymousUser, outcome: Outcome) -> bool:
    """Return whether an account has the permission for an outcome. No other code asks for it."""
    return by.has_perm(EFFECTS[outcome].permission)


def check_can_review(by: User | AnonymousUser) -> None:
    """Refuse the desk to an account that may decide nothing."""
    if not any(may_decide(by, outcome) for outcome in Outcome):
        raise MayNotDecide(_("Your account has no access to the desk. Ask an administrator to make you a reviewer."))


def check_state_was_seen(decision: Decision, seen: str) -> None:
    """Refuse a decision about a comment whose state has changed since it was seen; without `seen`, none is refused."""
    if seen and seen != decision.previous_state:
        raise InvalidTransition(
            _(
                "Comment %(number)s has become “%(state)s” since you opened it, so nothing has been decided now. A "
                "colleague may have got there first: please look at it again."
            )
            % {
                "number": decision.revision.comment.number,
                "state": CommentState(str(decision.previous_state)).label,
            }
        )


def check_can_decide(by: User, outcome: Outcome) -> None:
    """Refuse an outcome for which the account lacks the permission."""
    if not may_decide(by, outcome):
        raise MayNotDecide(
            _("Your account isn’t allowed to do this: “%(outcome)s”. Ask an administrator to give you the permission.")
            % {"outcome": outcome.label}
        )


def check_can_delete(users: Iterable[User]) -> None:
    """Refuse to delete accounts that have decided comments."""
    if decided := [user for user in users if user.decisions.exists()]:
        message = ngettext(
            "%(names)s has decided comments, which stay on record, so the account can’t be deleted. Take the account’s "
            "access away instead.",
            "%(names)s have decided comments, which stay on record, so their accounts can’t be deleted. Take the "
            "accounts’ access away instead.",
            len(decided),
        )
        raise HasDecided(message % {"names": ", ".join(map(str, decided))}, users=decided)


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
    if grounds.reason == Reason.ILLEGAL and not grounds.law.strip():
        raise ReasonNeeded(_("Please name the law: the country and the section."))


def outcomes_for(comment: Comment, revision: Revision, *, by: User) -> list[Outcome]:
    """Return the outcomes that are legal for a revision of a comment as it is now, and that the account may decide."""
    legal = (
        outcome
        for outcome, effect in EFFECTS.items()
        if effect.move is None or can_move(comment, revision, effect.move)
    )
    return [outcome for outcome in legal if may_decide(by, outcome)]
