"""The change of a comment's state, with all that the new state requires."""

from django.utils import timezone

from broadsheet.discussion import rules
from broadsheet.discussion.keys import thread_key
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.states import DECIDED, VISIBLE_STATES, WAITING, CommentState, Move
from broadsheet.pagecache.actions import purge, soft_purge


def lock_comment(comment: Comment) -> Comment:
    """Return the comment's row, locked until the transaction ends."""
    return Comment.objects.select_for_update(of=("self",)).select_related("commenter").get(pk=comment.pk)


def move_comment(comment: Comment, move: Move, *, revision: Revision | None = None) -> None:
    """Change the state of a locked comment, unsaved; a move to PUBLISHED shows the given revision.

    Raises InvalidTransition. A comment that nobody awaits any longer loses its address and its fingerprint.
    """
    before, comment.state = comment.state, rules.check_move(comment, move)
    comment.shown = revision if comment.state == CommentState.PUBLISHED else None
    if comment.state == CommentState.PUBLISHED:
        comment.published_at = comment.published_at or timezone.now()
    if comment.state not in WAITING:
        comment.fingerprint = None
    if comment.state in DECIDED:
        comment.address = None
    _purge_column(comment, before)


def _purge_column(comment: Comment, before: str) -> None:
    """Text that leaves a column must not be served again; text that joins it may be a moment late (ADR 25)."""
    if before == CommentState.PUBLISHED:
        purge(thread_key(comment.thread_id))
    elif before in VISIBLE_STATES or comment.state == CommentState.PUBLISHED:
        soft_purge(thread_key(comment.thread_id))
