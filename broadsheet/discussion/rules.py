"""The conditions for each change of a comment. Every check raises a Refusal that says why."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import gettext as _

from broadsheet.discussion.errors import (
    CannotReply,
    CommentGone,
    CommentsClosed,
    EnoughEmails,
    InvalidTransition,
    LinkExpired,
    TextChanged,
    TooManyCodes,
    TooManyComments,
    TooManyEmails,
    WrongCode,
)
from broadsheet.discussion.models import Comment, Revision, Terms, Thread
from broadsheet.discussion.states import EDIT_MOVES, TAKEN_BACK, TRANSITIONS, CommentState, Move, ReviewState
from broadsheet.discussion.tokens import MAX_CODE_ATTEMPTS
from broadsheet.limits import actions as limits
from broadsheet.limits.errors import TooManyRequests
from broadsheet.limits.states import Limit

MAX_EMAILS = 3


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
        raise _not_available()


def check_parent_found(parent: Comment | None, *, pk: int | None) -> None:
    """Refuse a reply to a number that no published comment has, whether an unpublished one has it or not."""
    if pk is not None and parent is None:
        raise _not_available()


def check_has_place(comment: Comment) -> None:
    """Refuse a comment that was published once, and of which its column does not even show a stub any more."""
    if not comment.thread.is_public:
        raise CommentGone(_("This comment is no longer available, because its article has been taken down."))
    if not Comment.objects.visible().filter(pk=comment.pk).exists():
        raise CommentGone(_("This comment is no longer available."))


def _not_available() -> CannotReply:
    return CannotReply(
        _("The comment you wanted to reply to is not available. You can write a comment of your own instead.")
    )


def check_can_resend(comment: Comment) -> None:
    """Refuse a fourth email for one comment; the requests count in every state, so that the answer tells none."""
    if comment.emails_sent >= MAX_EMAILS:
        raise EnoughEmails(
            _(
                "You have asked for this email several times already, and the link in any of them still works. Please "
                "look in your spam folder, or write your comment again with another address."
            )
        )


def check_submissions_of(network: str) -> None:
    """Refuse a comment from a network that has reached its limit, without using the limit."""
    with _refused_as(TooManyComments):
        limits.check(Limit.COMMENTS_NETWORK, network)


def count_submission(network: str) -> None:
    """Count a comment for its network, or refuse it. Never for its address: nobody keeps another from commenting."""
    with _refused_as(TooManyComments):
        limits.take((Limit.COMMENTS_NETWORK, network))


def count_requested_email(network: str) -> None:
    """Count an email that was requested again for the network of the request, or refuse it."""
    with _refused_as(TooManyEmails):
        limits.take((Limit.REQUESTED_EMAILS_NETWORK, network))


def count_code(network: str) -> None:
    """Count an attempt at a code for the network of the request, or refuse it."""
    with _refused_as(TooManyCodes):
        limits.take((Limit.CODES_NETWORK, network))


def is_under_pressure(thread: Thread) -> bool:
    """Return whether so many comments await their confirmation, in a thread or the paper, that emails are slowed.

    Nobody is refused for it. Comments whose address is proven do not count, however many there are.
    """
    comments, rates = Comment.objects, settings.LIMITS
    on_thread, on_paper = rates[Limit.COMMENTS_THREAD], rates[Limit.COMMENTS_PAPER]
    return comments.on(thread).reached(on_thread) or comments.all().reached(on_paper)


@contextmanager
def _refused_as(refusal: type[TooManyRequests]) -> Iterator[None]:
    try:
        yield
    except TooManyRequests as reached:
        raise refusal(reached.retry_after) from reached


def check_move(comment: Comment, move: Move) -> CommentState:
    """Return the state that a move leads to. Refuse a move that the table of transitions does not have."""
    moves = TRANSITIONS[CommentState(comment.state)]
    if move not in moves:
        raise InvalidTransition(
            _(
                "Comment %(number)s is now “%(state)s”, so this is no longer possible. A colleague may have got there "
                "first: please look at it again."
            )
            % {"number": comment.number, "state": comment.get_state_display()}
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
            % {"number": comment.number}
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
    """Refuse to confirm a comment that has expired or is about to, was withdrawn or was erased."""
    if comment.state in TAKEN_BACK or (comment.state == CommentState.UNVERIFIED and comment.has_lapsed):
        raise LinkExpired(
            _(
                "This comment can no longer be confirmed: the time for it is over, or the comment has been withdrawn "
                "or deleted. If you wrote it, you are welcome to write it again."
            )
        )


def check_code_attempts(comment: Comment) -> None:
    """Refuse a sixth attempt at the six-digit code."""
    if comment.code_attempts >= MAX_CODE_ATTEMPTS:
        raise WrongCode(_("The code was wrong five times and is no longer valid. The link in our email still works."))
