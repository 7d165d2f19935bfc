"""The refusals that a commenter can meet."""

from broadsheet.core.errors import Refusal


class CommentsClosed(Refusal):
    """The thread takes no comments, or no longer."""

    code = "comments-closed"
    http_status = 403


class LinkExpired(Refusal):
    """The link is older than 24 hours, or its signature is not ours."""

    code = "link-expired"
    http_status = 410


class WrongCode(Refusal):
    """The six-digit code is not that of the email."""

    code = "wrong-code"
    http_status = 400


class InvalidTransition(Refusal):
    """The table of transitions does not have this move for the state of the comment."""

    code = "invalid-transition"
    http_status = 409


class TextChanged(Refusal):
    """The decision concerns a text that the author has replaced."""

    code = "text-changed"
    http_status = 409


class TooManyWaiting(Refusal):
    """Too many comments from this address are still unconfirmed."""

    code = "too-many-waiting"
    http_status = 429


class CannotReply(Refusal):
    """The comment to reply to is not published in this thread."""

    code = "cannot-reply"
    http_status = 409
