"""④⑤ The effect of a reviewer's decision on a comment and its revision."""

from dataclasses import dataclass, field

from django.db import transaction

from broadsheet.discussion import rules
from broadsheet.discussion.actions.moves import lock_comment, move_comment
from broadsheet.discussion.keys import thread_key
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.states import CommentState, Move, ReviewState
from broadsheet.pagecache.actions import purge


@dataclass(frozen=True)
class Reviewed:
    """A comment after a decision, and its state before it, so that the decision can be undone.

    `address` is handed out once, for the email about the decision, and is deleted from the comment. It is None unless
    the address is proven, its owner asked for the email, and the comment is decided.
    """

    comment: Comment
    previous_state: CommentState
    previous_review: ReviewState
    previous_shown_id: int | None
    address: str | None = field(default=None, repr=False)


def apply_review(revision: Revision, *, review: ReviewState, move: Move | None) -> Reviewed:
    """Record the review of a revision, and make the comment's move, in the transaction that records the decision.

    A decision about the edit of a published comment leaves the comment published: an approved edit replaces the text,
    any other outcome leaves the text that readers see. A text that was published unreviewed can be approved where it
    is. Raises TextChanged, InvalidTransition.
    """
    with transaction.atomic():
        comment = lock_comment(revision.comment)
        rules.check_is_current(comment, revision)
        state, shown_id, address = CommentState(comment.state), comment.shown_id, comment.address
        revision.refresh_from_db(fields=["review"])
        previous = ReviewState(revision.review)
        _apply(comment, revision, move)
        comment.save()
        revision.review = review
        revision.save(update_fields=["review"])
        is_due = comment.address is None and comment.wants_email and comment.verified_at is not None
        return Reviewed(comment, state, previous, shown_id, address if is_due else None)


def _apply(comment: Comment, revision: Revision, move: Move | None) -> None:
    if move is None:
        return
    if not rules.stays_published(comment, revision, move):
        move_comment(comment, move, revision=revision)
    elif move == Move.PUBLISH:
        _replace_text(comment, revision)


def _replace_text(comment: Comment, revision: Revision) -> None:
    if comment.shown_id != revision.pk:
        comment.shown = revision
        purge(thread_key(comment.thread_id))  # the text before it was taken back by its author
