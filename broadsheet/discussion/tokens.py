"""Links that prove something: signed, each for a single purpose. Opening one asks; only a POST acts."""

import secrets

from django.core import signing
from django.utils.crypto import constant_time_compare

from broadsheet.core.secrets import keyed_digest
from broadsheet.discussion.errors import LinkExpired
from broadsheet.discussion.models import UNVERIFIED_FOR, Comment, CommentQuerySet

MAX_CODE_ATTEMPTS = 5

_receipt = signing.Signer(salt="discussion.receipt", sep=".")
_waiting = signing.Signer(salt="discussion.waiting", sep=".")
_confirmation = signing.TimestampSigner(salt="discussion.confirmation", sep=".")


def receipt_token(comment: Comment) -> str:
    """Names the private page of a verified comment; whoever has it may act as its author."""
    return _receipt.sign(str(comment.pk))


def waiting_token(comment: Comment) -> str:
    """Names the page on which the six digits can be typed; proves nothing about the address."""
    return _waiting.sign(str(comment.pk))


def confirmation_token(comment: Comment) -> str:
    """Proves the address, for 24 hours: it is sent there and nowhere else."""
    return _confirmation.sign(str(comment.pk))


def comment_of_receipt(token: str) -> Comment:
    """Finds the comment behind a receipt; raises LinkExpired for anything that this paper did not sign."""
    return _comment(_unsigned(_receipt, token))


def comment_of_waiting(token: str) -> Comment:
    """Finds the comment that waits for its six digits; raises LinkExpired for anything else."""
    return _comment(_unsigned(_waiting, token))


def comment_of_confirmation(token: str) -> Comment:
    """Finds the comment behind an email's link; raises LinkExpired after 24 hours and for anything else."""
    try:
        number = _confirmation.unsign(token, max_age=UNVERIFIED_FOR)
    except signing.SignatureExpired as error:
        raise LinkExpired(
            "This link was good for 24 hours, and they are over. The comment was not published; please write it again."
        ) from error
    except signing.BadSignature as error:
        raise _not_ours() from error
    return _found(Comment.objects.all(), number)  # what is confirmed need not be read


def new_code() -> str:
    """Draws six digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def code_digest(comment: Comment, code: str) -> str:
    """What is kept of the six digits: enough to compare, useless for another comment."""
    return keyed_digest("verification-code", f"{comment.pk}:{code}")


def code_fits(comment: Comment, code: str) -> bool:
    """Compares in constant time."""
    return bool(comment.code_digest) and constant_time_compare(comment.code_digest, code_digest(comment, code))


def _unsigned(signer: signing.Signer, token: str) -> str:
    try:
        return signer.unsign(token)
    except signing.BadSignature as error:
        raise _not_ours() from error


def _comment(number: str) -> Comment:
    return _found(Comment.objects.select_related("article", "latest", "shown", "terms"), number)


def _found(comments: CommentQuerySet, number: str) -> Comment:
    comment = comments.filter(pk=number).first()
    if comment is None:
        raise _not_ours()
    return comment


def _not_ours() -> LinkExpired:
    return LinkExpired(
        "This link is not complete, or not one of ours. Copy it whole from the email or from your receipt."
    )
