"""② The proof of the email address."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.commenters.models import Commenter
from broadsheet.commenters.states import Standing
from broadsheet.discussion import emails, rules, tokens
from broadsheet.discussion.actions.moves import delete_unverified, lock_comment, move_comment
from broadsheet.discussion.errors import WrongCode
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import CommentState, Move
from broadsheet.limits import actions as limits
from broadsheet.limits.keys import mailbox_digest
from broadsheet.limits.states import Limit
from broadsheet.mail import actions as mail


def verify_comment(comment: Comment) -> Comment:
    """② Accept the address as proven: PENDING, or PUBLISHED for an approved commenter. Repeating it changes nothing.

    Returns the comment, or the one that its author has sent and confirmed before with the same words. Raises
    LinkExpired where the comment has expired.
    """
    with transaction.atomic(durable=True):
        return _confirm(lock_comment(comment))


def answer_for_comments(digest: str, *, confirmed: Collection[int], disowned: Collection[int]) -> list[Comment]:
    """② Confirm some of the unconfirmed comments of an address that is proven, and delete those it disowns.

    Takes primary keys; a comment of another address, or one that is no longer unconfirmed, is left as it is. Nobody
    else is told. Returns the confirmed comments.
    """
    with transaction.atomic(durable=True):
        chosen = Comment.objects.select_for_update().unconfirmed_of(digest).filter(pk__in={*confirmed, *disowned})
        mine = []
        for comment in chosen:
            if comment.pk in disowned:
                mail.withhold(emails.confirmation_about(comment))
                delete_unverified(comment, Move.DISOWN)
            else:
                mine.append(_confirm(comment))
        return mine


def verify_by_code(comment: Comment, *, code: str, network: str, mailbox: str) -> Comment:
    """② Accept the address as proven by the six-digit code, which is checked in every state of the comment.

    Five wrong codes lock the code, and many attempts at codes that were sent to one mailbox lock all of them; the links
    still work. Raises WrongCode, which does not tell these apart; TooManyCodes for the network; LinkExpired.
    """
    rules.count_code(network)  # by itself, so that an attempt that is refused counts as well
    with transaction.atomic(durable=True):
        is_checked = limits.is_allowed(Limit.CODES_MAILBOX, mailbox)
        comment = lock_comment(comment)
        rules.check_code_attempts(comment)
        if is_checked and tokens.code_matches(comment, code):
            return _confirm(comment)
        comment.code_attempts += 1
        comment.save(update_fields=["code_attempts"])
    # Raised after the commit: the attempt counts.
    raise WrongCode(_("That code didn’t work. Check it, or use the link in our email: it still works."))


def _confirm(comment: Comment) -> Comment:
    rules.check_can_verify(comment)
    if comment.state != CommentState.UNVERIFIED:
        return comment
    # Not before: a submission does the same work for a known address as for an unknown one (ADR 33).
    sent = mail.withhold(emails.confirmation_about(comment))
    # These were requested after all: by the owner of the mailbox, who has more to confirm perhaps (ADR 37).
    limits.give_back(Limit.EMAILS_MAILBOX, mailbox_digest(str(comment.address)), sent)
    commenter = Commenter.objects.get_or_create_for(str(comment.address))
    earlier = Comment.objects.repeated_by(comment, commenter).first()
    if earlier is None:
        _verify(comment, commenter)
    else:
        Comment.objects.filter(pk=comment.pk).update(address_digest=None)  # there is nothing left to confirm
    return earlier or comment


def _verify(comment: Comment, commenter: Commenter) -> None:
    move_comment(comment, Move.VERIFY)
    comment.commenter, comment.verified_at = commenter, timezone.now()
    if not comment.wants_email:
        comment.address = None
    if commenter.standing == Standing.APPROVED:
        address = comment.address
        move_comment(comment, Move.PUBLISH, revision=comment.latest)
        if address:
            mail.send_template(to=address, **emails.published_email(comment))
    comment.save()
