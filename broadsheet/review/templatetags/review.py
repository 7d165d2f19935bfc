"""Template tags that show decisions: to the author, in a stub, and at the desk."""

from collections.abc import Iterable

from django import template

from broadsheet.accounts.models import User
from broadsheet.discussion.models import Comment
from broadsheet.discussion.queries import ColumnRow
from broadsheet.discussion.states import CommentState
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import EFFECTS, NEEDS_REASON
from broadsheet.review.rules import outcomes_for

register = template.Library()


@register.simple_tag
def last_decision(comment: Comment) -> Decision | None:
    """Return the latest decision about a comment. Its private note is not for the author."""
    return Decision.objects.about(comment).first()


@register.simple_tag
def removals_among(comments: Iterable[ColumnRow]) -> dict[int, Decision]:
    """Return the decisions that removed comments, by the comment's primary key, in one query for a whole page."""
    removed = [comment.pk for comment in comments if comment.state in {CommentState.REMOVED, CommentState.DECLINED}]
    if not removed:
        return {}
    removals = Decision.objects.filter(revision__comment__in=removed, outcome__in=sorted(NEEDS_REASON)).select_related(
        "revision"
    )
    return {decision.revision.comment_id: decision for decision in removals.order_by("made_at", "pk")}


@register.simple_tag
def possible_outcomes(comment: Comment, by: User) -> list[dict[str, object]]:
    """Return the outcomes that an account may choose for the latest revision of a comment, for the form."""
    revision = comment.latest
    outcomes = outcomes_for(comment, revision, by=by) if revision else []
    return [
        {"value": outcome.value, "label": outcome.label, "needs_reason": EFFECTS[outcome].needs_reason}
        for outcome in outcomes
    ]
