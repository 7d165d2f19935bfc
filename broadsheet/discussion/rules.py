"""The conditions for each change of a comment. Every check raises a Refusal that says why."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.commenters.models import Commenter
from broadsheet.discussion.errors import (
    CannotReply,
    CommentsClosed,
    InvalidTransition,
    LinkExpired,
    TextChanged,
    TooManyWaiting,
    WrongCode,
)
from broadsheet.discussion.models import Comment, Revision, Terms, Thread
from broadsheet.discussion.states import EDIT_MOVES, TRANSITIONS, CommentState, Move, ReviewState
from broadsheet.discussion.tokens import MAX_CODE_ATTEMPTS

MAX_UNVERIFIED_PER_HOUR = 5


def check_open_for_comments(thread: Thread, *, terms: Terms | None) -> None:
    """Refuse a thread that is closed, and a paper that has not published its terms."""
    if terms is None:
        raise CommentsClosed(_("This paper has not opened its comments yet. Please come back later."))
    if not thread.takes_comments:
        raise CommentsClosed(
            _("Comments are closed on this article. Your text is still in the form: copy it if you want to keep it.")
        )


def check_can_write(thread: Thread, *, terms: Terms | None, parent: Comment | None) -> None:
    """Refuse a comment, or a reply to `parent`, that could not be published in this thread."""
    check_open_for_comments(thread, terms=terms)
    if parent is not None:
        check_can_reply(parent, thread=thread)


def check_can_reply(parent: Comment, *, thread: Thread) -> None:
    """Refuse a reply to a comment that is not published in this thread."""
    if parent.thread_id != thread.pk or parent.state != CommentState.PUBLISHED:
        raise CannotReply(
            _(
                "The comment you are replying to is no longer available. Your text is still in the form: "
                "copy it and post it as a new comment."
            )
        )


def check_not_flooding(commenter: Commenter) -> None:
    """Refuse a sixth unconfirmed comment within an hour: each sends an email, and the mailbox may be a stranger's."""
    hour_ago = timezone.now() - timedelta(hours=1)
    count = commenter.comments.filter(state=CommentState.UNVERIFIED, written_at__gte=hour_ago).count()
    if count >= MAX_UNVERIFIED_PER_HOUR:
        raise TooManyWaiting(
            ngettext(
                "%(count)d comment from this address is still unconfirmed. "
                "Please confirm it first, or try again in an hour.",
                "%(count)d comments from this address are still unconfirmed. "
                "Please confirm those first, or try again in an hour.",
                count,
            )
            % {"count": count}
        )


def check_move(comment: Comment, move: Move) -> CommentState:
    """Return the state that a move leads to. Refuse a move that the table of transitions does not have."""
    moves = TRANSITIONS[CommentState(comment.state)]
    if move not in moves:
        raise InvalidTransition(
            _(
                "Comment %(number)s is now “%(state)s”, so this is no longer possible. A colleague may have got there "
                "first: please look at it again."
            )
            % {"number": comment.pk, "state": comment.get_state_display()}
        )
    return moves[move]


def check_is_current(comment: Comment, revision: Revision) -> None:
    """Refuse a decision about a text that is neither the latest nor the one that readers see."""
    if revision.pk not in {comment.latest_id, comment.shown_id}:
        raise TextChanged(
            _(
                "The author has changed comment %(number)s since you opened it. Nothing has been decided: "
                "please read the new text."
            )
            % {"number": comment.pk}
        )


def stays_published(comment: Comment, revision: Revision, move: Move) -> bool:
    """Return whether a move concerns a revision of a published comment and leaves the comment published.

    It does for an edit that is still to be reviewed, and for the approval of a text that was published unreviewed.
    """
    if comment.state != CommentState.PUBLISHED:
        return False
    if revision.pk != comment.shown_id:
        return move in EDIT_MOVES
    return move == Move.PUBLISH and revision.review == ReviewState.UNREVIEWED


def can_move(comment: Comment, revision: Revision, move: Move) -> bool:
    """Return whether a reviewer's move is legal for a revision of a comment as it is now."""
    return stays_published(comment, revision, move) or move in TRANSITIONS[CommentState(comment.state)]


def check_can_verify(comment: Comment) -> None:
    """Refuse to confirm a comment that has expired, was withdrawn or was erased."""
    if comment.state in {CommentState.EXPIRED, CommentState.WITHDRAWN, CommentState.ERASED}:
        raise LinkExpired(
            _("This comment was not confirmed in time, or has been withdrawn. You are welcome to write it again.")
        )


def check_code_attempts(comment: Comment) -> None:
    """Refuse a sixth attempt at the six-digit code."""
    if comment.code_attempts >= MAX_CODE_ATTEMPTS:
        raise WrongCode(_("The code was wrong five times and is no longer valid. The link in our email still works."))
