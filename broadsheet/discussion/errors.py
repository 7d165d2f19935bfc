"""What a commenter can be refused, in words."""

from broadsheet.core.errors import Refusal


class CommentsClosed(Refusal):
    """The article takes no comments, or no longer."""

    code = "comments-closed"
    http_status = 403


class LinkExpired(Refusal):
    """The link has served its time, or never was one of ours."""

    code = "link-expired"
    http_status = 410


class WrongCode(Refusal):
    """The six digits are not those of the email."""

    code = "wrong-code"
    http_status = 400


class InvalidTransition(Refusal):
    """The comment cannot make this move from where it is."""

    code = "invalid-transition"
    http_status = 409


class TextChanged(Refusal):
    """The decision was about a text that is no longer the comment's."""

    code = "text-changed"
    http_status = 409


class TooManyWaiting(Refusal):
    """This address has too many comments that were not confirmed yet."""

    code = "too-many-waiting"
    http_status = 429


class CannotAnswer(Refusal):
    """The comment to be answered is not published under this article."""

    code = "cannot-answer"
    http_status = 409
