"""② The proof of the email address."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.commenters.states import Standing
from broadsheet.discussion import emails, rules, tokens
from broadsheet.discussion.actions.moves import lock_comment, move_comment
from broadsheet.discussion.errors import WrongCode
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import CommentState, Move
from broadsheet.mail import actions as mail


def verify_comment(comment: Comment) -> Comment:
    """② Accept the address as proven: PENDING, or PUBLISHED for an approved commenter. Repeating it changes nothing.

    Raises LinkExpired where the comment has expired.
    """
    with transaction.atomic(durable=True):
        comment = lock_comment(comment)
        rules.check_can_verify(comment)
        if comment.state == CommentState.UNVERIFIED:
            _verify(comment)
        return comment


def verify_by_code(comment: Comment, *, code: str) -> Comment:
    """② Accept the address as proven by the six-digit code. Five attempts are allowed, and each is counted.

    Raises WrongCode, LinkExpired.
    """
    with transaction.atomic(durable=True):
        comment = lock_comment(comment)
        rules.check_can_verify(comment)
        if comment.state != CommentState.UNVERIFIED:
            return comment
        rules.check_code_attempts(comment)
        comment.code_attempts += 1
        is_right = tokens.code_matches(comment, code)
        if is_right:
            _verify(comment)
        comment.save()
    # Raised after the commit: the attempt counts.
    if not is_right:
        raise WrongCode(_("That code isn’t right. Check it, or use the link in our email."))
    return comment


def _verify(comment: Comment) -> None:
    move_comment(comment, Move.VERIFY)
    comment.verified_at = timezone.now()
    comment.code_digest = ""
    if not comment.wants_email:
        comment.address = None
    if comment.commenter.standing == Standing.APPROVED:
        address = comment.address
        move_comment(comment, Move.PUBLISH, revision=comment.latest)
        if address:
            mail.send_template(to=address, **emails.published_email(comment))
    comment.save()
