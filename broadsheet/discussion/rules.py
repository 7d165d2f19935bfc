"""Whether something may happen to a comment: every check raises a Refusal that says why."""

from datetime import timedelta

from django.utils import timezone

from broadsheet.commenters.models import Commenter
from broadsheet.discussion.errors import (
    CannotAnswer,
    CommentsClosed,
    InvalidTransition,
    LinkExpired,
    TextChanged,
    TooManyWaiting,
    WrongCode,
)
from broadsheet.discussion.models import Comment, Revision, Terms
from broadsheet.discussion.states import TRANSITIONS, CommentState, Move
from broadsheet.discussion.tokens import MAX_CODE_ATTEMPTS
from broadsheet.newsroom.models import ArticlePage

MAX_UNVERIFIED_PER_HOUR = 5


def check_open_for_comments(article: ArticlePage, *, terms: Terms | None) -> None:
    """Refuses where the article takes no comments, or no longer, and where the paper has not set its terms yet."""
    if terms is None:
        raise CommentsClosed("This paper has not opened its readers' column yet. Please come back later.")
    if not article.takes_comments:
        raise CommentsClosed(
            "This article takes no more comments. Your text is still in the form; copy it if you want to keep it."
        )


def check_can_write(article: ArticlePage, *, terms: Terms | None, parent: Comment | None) -> None:
    """Refuses a comment, or an answer to `parent`, that could not be published here; `terms` are those of the paper."""
    check_open_for_comments(article, terms=terms)
    if parent is not None:
        check_can_answer(parent, article=article)


def check_can_answer(parent: Comment, *, article: ArticlePage) -> None:
    """Refuses an answer to what is not published under this article."""
    if parent.article_id != article.pk or parent.state != CommentState.PUBLISHED:
        raise CannotAnswer(
            "The comment you wanted to answer is not here, or no longer. "
            "Your text is still in the form: copy it, and send it as a comment of its own."
        )


def check_not_flooding(commenter: Commenter) -> None:
    """Refuses a sixth unconfirmed comment within an hour: nobody's mailbox is ours to fill."""
    lately = timezone.now() - timedelta(hours=1)
    waiting = commenter.comments.filter(state=CommentState.UNVERIFIED, written_at__gte=lately).count()
    if waiting >= MAX_UNVERIFIED_PER_HOUR:
        raise TooManyWaiting(
            f"{waiting} comments from this address wait to be confirmed. "
            "Open our emails to it first, or try again in an hour."
        )


def check_move(comment: Comment, move: Move) -> CommentState:
    """The state that a move leads to; refuses one that the table of transitions does not have."""
    moves = TRANSITIONS[CommentState(comment.state)]
    if move not in moves:
        raise InvalidTransition(
            f"Comment {comment.pk} is “{comment.get_state_display()}” now, so it cannot become “{move.label}”. "
            "Somebody was there before: look at it again."
        )
    return moves[move]


def check_same_text(comment: Comment, revision: Revision) -> None:
    """Refuses a decision about a text that has changed since it was read."""
    if comment.latest_id != revision.pk:
        raise TextChanged(
            f"The author has changed comment {comment.pk} while it was read. "
            "Nothing was decided: please read the new text."
        )


def check_can_verify(comment: Comment) -> None:
    """Refuses to confirm what has expired, was withdrawn or is no longer there."""
    if comment.state in {CommentState.EXPIRED, CommentState.WITHDRAWN, CommentState.ERASED}:
        raise LinkExpired(
            "This comment was not confirmed in time, or was taken back; its text is deleted. Please write it again."
        )


def check_code_attempts(comment: Comment) -> None:
    """Refuses a sixth try at the six digits."""
    if comment.code_attempts >= MAX_CODE_ATTEMPTS:
        raise WrongCode(
            "The code was wrong five times and is no longer valid. Use the link in our email: it still works."
        )
