"""The refusals that a commenter can meet."""

from django.utils.translation import gettext as _

from broadsheet.core.errors import Refusal
from broadsheet.limits.errors import TooManyRequests


class CommentsClosed(Refusal):
    """The thread takes no comments, or no longer."""

    code = "comments-closed"
    http_status = 403


class CommentGone(Refusal):
    """The comment was published once and is not any more."""

    code = "comment-gone"
    http_status = 410


class ArticleGone(Refusal):
    """No article is published at the address, under which the comment was to appear."""

    code = "article-gone"
    http_status = 410


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


class EnoughEmails(Refusal):
    """The email with the code was sent as often as it may be."""

    code = "enough-emails"
    http_status = 429


class TooManyComments(TooManyRequests):
    """So many comments have come from a network that it may send no more for a while."""

    code = "too-many-comments"

    def sentence(self) -> str:
        """Return the message, with a place for the time to wait."""
        return _(
            "Very many comments have come from your network, so yours was not submitted. Your text is still in the "
            "form: please submit it again in %(wait)s."
        )


class TooManyEmails(TooManyRequests):
    """So many emails have been requested from a network that it may request no more for a while."""

    code = "too-many-emails"

    def sentence(self) -> str:
        """Return the message, with a place for the time to wait."""
        return _(
            "Very many emails have been requested from your network, so this one was not sent. Please try again in "
            "%(wait)s, or look for the email that was sent first: its link still works."
        )


class TooManyCodes(TooManyRequests):
    """So many codes have been tried from a network that it may try no more for a while."""

    code = "too-many-codes"

    def sentence(self) -> str:
        """Return the message, with a place for the time to wait."""
        return _(
            "Very many codes have been entered from your network, so this one was not checked. Please try again in "
            "%(wait)s, or use the link in our email."
        )


class CannotReply(Refusal):
    """The comment to reply to is not published in this thread, or does not exist: these have the same answer."""

    code = "cannot-reply"
    http_status = 404
