"""Tells the author what was decided and why, names the removed for a stub, and offers the desk its outcomes."""

from collections.abc import Iterable

from django import template

from broadsheet.accounts.models import User
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import TRANSITIONS, CommentState, Move
from broadsheet.review.models import Decision
from broadsheet.review.reasons import NEEDS_REASON, Outcome

register = template.Library()

_MOVES = {
    Outcome.APPROVE: Move.PUBLISH,
    Outcome.HOLD: Move.HOLD,
    Outcome.DECLINE: Move.DECLINE,
    Outcome.REMOVE: Move.REMOVE,
    Outcome.REINSTATE: Move.REINSTATE,
}


@register.simple_tag
def last_decision(comment: Comment) -> Decision | None:
    """The latest decision about a comment; its private note is not for the author."""
    return Decision.objects.about(comment).first()


@register.simple_tag
def removals_among(comments: Iterable[Comment]) -> dict[int, Decision]:
    """The decisions that took comments out of sight, by the number of the comment, in one query for a whole page."""
    removed = [comment.pk for comment in comments if comment.state == CommentState.REMOVED]
    if not removed:
        return {}
    found = Decision.objects.filter(revision__comment__in=removed, outcome=Outcome.REMOVE).select_related("revision")
    return {decision.revision.comment_id: decision for decision in found.order_by("made_at", "pk")}


@register.filter
def about(decisions: dict[int, Decision], comment: Comment) -> Decision | None:
    """The decision about one of them."""
    return decisions.get(comment.pk)


@register.simple_tag
def outcomes_of(comment: Comment, by: User) -> list[dict[str, object]]:
    """The outcomes that this person may decide on from where the comment is."""
    moves = TRANSITIONS[CommentState(comment.state)]
    return [
        {"value": outcome.value, "label": outcome.label, "needs_reason": outcome in NEEDS_REASON}
        for outcome, move in _MOVES.items()
        if move in moves and (outcome != Outcome.REINSTATE or by.has_perm("review.reverse"))
    ]
