"""Signed links and codes, each for a single purpose. Opening a link changes nothing; only a POST acts (ADR 12)."""

import secrets

from django.core import signing
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from broadsheet.core.secrets import keyed_digest
from broadsheet.discussion.errors import LinkExpired
from broadsheet.discussion.models import UNVERIFIED_FOR, Comment, CommentQuerySet

MAX_CODE_ATTEMPTS = 5

_receipt = signing.Signer(salt="discussion.receipt", sep=".")
_waiting = signing.Signer(salt="discussion.waiting", sep=".")
_confirmation = signing.TimestampSigner(salt="discussion.confirmation", sep=".")


def receipt_token(comment: Comment) -> str:
    """Return the token of a comment's receipt. Its holder may act as the author."""
    return _receipt.sign(str(comment.pk))


def waiting_token(comment: Comment) -> str:
    """Return the token of the page that takes the six-digit code. It proves nothing about the address."""
    return _waiting.sign(str(comment.pk))


def confirmation_token(comment: Comment) -> str:
    """Return the token that proves the address, for 24 hours: it is sent to that address and nowhere else."""
    return _confirmation.sign(str(comment.pk))


def comment_of_receipt(token: str) -> Comment:
    """Return the comment of a receipt. Raises LinkExpired for a token that this paper did not sign."""
    return _comment(_unsigned(_receipt, token))


def comment_of_waiting(token: str) -> Comment:
    """Return the comment that awaits its code. Raises LinkExpired for a token that this paper did not sign."""
    return _comment(_unsigned(_waiting, token))


def comment_of_confirmation(token: str) -> Comment:
    """Return the comment of a confirmation link. Raises LinkExpired after 24 hours and for an unsigned token."""
    try:
        pk = _confirmation.unsign(token, max_age=UNVERIFIED_FOR)
    except signing.SignatureExpired as error:
        raise LinkExpired(
            _("This link has expired after 24 hours. Your comment was not published; please write it again.")
        ) from error
    except signing.BadSignature as error:
        raise _invalid() from error
    return _get(Comment.objects.all(), pk)  # the text is not needed to confirm it


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def code_digest(comment: Comment, code: str) -> str:
    """Return the keyed digest of a code, by which it is compared; it fits no other comment."""
    return keyed_digest("verification-code", f"{comment.pk}:{code}")


def code_matches(comment: Comment, code: str) -> bool:
    """Return whether a code is the comment's, in constant time."""
    return bool(comment.code_digest) and constant_time_compare(comment.code_digest, code_digest(comment, code))


def _unsigned(signer: signing.Signer, token: str) -> str:
    try:
        return signer.unsign(token)
    except signing.BadSignature as error:
        raise _invalid() from error


def _comment(pk: str) -> Comment:
    related = ("thread__article", "thread__page_section", "latest", "shown", "terms")
    return _get(Comment.objects.select_related(*related), pk)


def _get(comments: CommentQuerySet, pk: str) -> Comment:
    comment = comments.filter(pk=pk).first()
    if comment is None:
        raise _invalid()
    return comment


def _invalid() -> LinkExpired:
    return LinkExpired(
        _("This link is incomplete or isn’t ours. Please copy all of it from the email or from your receipt.")
    )
