"""The change of a comment's state, with all that the new state requires."""

from django.utils import timezone

from broadsheet.discussion import rules
from broadsheet.discussion.keys import thread_key
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.states import DECIDED, VISIBLE_STATES, CommentState, Move
from broadsheet.pagecache.actions import purge, soft_purge


def lock_comment(comment: Comment) -> Comment:
    """Return the comment's row, locked until the transaction ends."""
    return Comment.objects.select_for_update().get(pk=comment.pk)


def move_comment(comment: Comment, move: Move, *, revision: Revision | None = None) -> None:
    """Change the state of a locked comment, unsaved; a move to PUBLISHED shows the given revision.

    Raises InvalidTransition. A comment whose address is proven can be
    repeated; one that is decided loses its address.
    """
    before, comment.state = comment.state, rules.check_move(comment, move)
    comment.shown = revision if comment.state == CommentState.PUBLISHED else None
    if comment.state == CommentState.PUBLISHED:
        comment.published_at = comment.published_at or timezone.now()
    if comment.state != CommentState.UNVERIFIED:
        comment.fingerprint = comment.address_digest = None
    if comment.state in DECIDED:
        comment.address = None
    _purge_column(comment, before)


def delete_unverified(comment: Comment, move: Move) -> None:
    """Delete the text and the address of a locked comment that nobody has confirmed. Raises InvalidTransition."""
    move_comment(comment, move)
    comment.save()
    comment.revisions.update(name="", website="", text="")


def _purge_column(comment: Comment, before: str) -> None:
    """Text that leaves a column must not be served again; text that joins it may be a moment late (ADR 25)."""
    if before == CommentState.PUBLISHED:
        purge(thread_key(comment.thread_id))
    elif before in VISIBLE_STATES or comment.state == CommentState.PUBLISHED:
        soft_purge(thread_key(comment.thread_id))
