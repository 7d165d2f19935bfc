"""Signed links and codes, each for a single purpose. Opening a link changes nothing; only a POST acts (ADR 12)."""

import json
from dataclasses import dataclass

import altcha
from django.core import signing
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from broadsheet.core.secrets import keyed_digest, sealed, unsealed
from broadsheet.discussion.errors import LinkExpired
from broadsheet.discussion.models import UNVERIFIED_FOR, Comment, CommentQuerySet
from broadsheet.limits.keys import TAGGED, mailbox_digest

MAX_CODE_ATTEMPTS = 5
CHALLENGE, CHALLENGE_COST = "PBKDF2/SHA-256", 5_000  # iterations for each of 256 attempts on average; one to check
WAITING = "waiting"  # the purpose of the tokens of the page that takes the code
CONFIRMATION = "confirmation"
# A link proves the address for longer than its own comment waits: whatever the time of day, a mailbox that has had all
# its emails has one with a link that works (ADR 37).
PROOF_FOR = 2 * UNVERIFIED_FOR

_receipt = signing.Signer(salt="discussion.receipt", sep=".")
_confirmation = signing.TimestampSigner(salt="discussion.confirmation", sep=".")  # of emails of an earlier version


@dataclass(frozen=True)
class AddressProof:
    """What a confirmation link proves: the address with this digest is its holder's. The email was about `comment`."""

    comment: Comment
    digest: str


def receipt_token(comment: Comment) -> str:
    """Return the token of a comment's receipt. Its holder may act as the author."""
    return _receipt.sign(str(comment.pk))


def waiting_token(comment: Comment) -> str:
    """Return the token of the page that takes the six-digit code. It proves nothing about the address.

    It is opaque: its holder cannot tell whether it leads to a new comment or to the one that a submission repeats, nor
    read the digest of the mailbox, by which attempts at codes are limited after the address has been deleted, too.
    """
    mailbox = mailbox_digest(comment.address or str(comment.pk)).removesuffix(TAGGED)
    return sealed(WAITING, f"{comment.pk}\0{mailbox}")


def confirmation_token(comment: Comment, digest: str) -> str:
    """Return the token that proves the address with this digest: it is sent to that address and nowhere else.

    It is encrypted, because it contains the digest, and so outlasts the comment's own.
    """
    return sealed(CONFIRMATION, f"{comment.pk}\0{digest}\0{timezone.now().timestamp():.0f}")


def comment_of_receipt(token: str) -> Comment:
    """Return the comment of a receipt. Raises LinkExpired for a token that this paper did not sign."""
    return _comment(_unsigned(_receipt, token))


def comment_of_waiting(token: str) -> Comment:
    """Return the comment that awaits its code, for 24 hours from its submission, whatever has become of it.

    Raises LinkExpired after that, and for a token that this paper did not seal.
    """
    comment = _comment(_waiting(token)[0])
    if comment.has_lapsed:
        raise LinkExpired(
            _(
                "This page has expired after 24 hours. If you confirmed your comment by then, use the link to its "
                "receipt."
            )
        )
    return comment


def mailbox_of_waiting(token: str) -> str:
    """Return the digest of the mailbox to which the code was sent. Raises LinkExpired for a token of another origin."""
    pk, mailbox = _waiting(token)
    return mailbox or pk


def address_proof(token: str) -> AddressProof:
    """Return the comment of a confirmation link and the digest of the address that the link was sent to.

    Raises LinkExpired after two days, and for a token that this paper did not make.
    """
    sealed_text = unsealed(CONFIRMATION, token)
    if sealed_text is None:
        return _signed_proof(token)
    pk, digest, made_at = sealed_text.split("\0")
    if float(made_at) <= (timezone.now() - PROOF_FOR).timestamp():
        raise _expired()
    return AddressProof(_comment(pk), digest)


def _signed_proof(token: str) -> AddressProof:
    """Return the proof of a link from an email of an earlier version, which has the number of the comment alone."""
    try:
        pk = _confirmation.unsign(token, max_age=UNVERIFIED_FOR)
    except signing.SignatureExpired as error:
        raise _expired() from error
    except signing.BadSignature as error:
        raise _invalid() from error
    comment = _comment(pk)
    return AddressProof(comment, comment.address_digest or (comment.commenter.digest if comment.commenter else ""))


def _expired() -> LinkExpired:
    return LinkExpired(_("This link has expired. A comment that is not confirmed is deleted after 24 hours."))


def challenge_for(comment: Comment) -> str:
    """Return a challenge as JSON that takes a browser about a second, and whose solution is good for this comment."""
    expires_at = timezone.now() + UNVERIFIED_FOR
    secret = _challenge_secret(comment)
    challenge = altcha.create_challenge(CHALLENGE, CHALLENGE_COST, expires_at=expires_at, hmac_secret=secret)
    return json.dumps(challenge.to_dict())


def solves_challenge(comment: Comment, solution: str) -> bool:
    """Return whether a text from a browser is the solution of a challenge that was made for this comment."""
    return altcha.verify_solution(solution, _challenge_secret(comment)).verified


def _challenge_secret(comment: Comment) -> str:
    return keyed_digest("challenge", str(comment.pk))


def code_of(comment: Comment) -> str:
    """Return the six digits of a comment's email. They follow from its number and a key, so that nothing is stored."""
    digest = keyed_digest("verification-code", str(comment.pk))
    return f"{int(digest, 16) % 1_000_000:06d}"


def code_matches(comment: Comment, code: str) -> bool:
    """Return whether a code is the comment's, in constant time."""
    return constant_time_compare(code_of(comment), code)


def _waiting(token: str) -> tuple[str, str]:
    found = unsealed(WAITING, token)
    if found is None:
        raise _invalid()
    pk, _separator, mailbox = found.partition("\0")
    return pk, mailbox


def _unsigned(signer: signing.Signer, token: str) -> str:
    try:
        return signer.unsign(token)
    except signing.BadSignature as error:
        raise _invalid() from error


def _comment(pk: str) -> Comment:
    related = ("thread__article", "thread__page_section", "latest", "shown", "terms", "commenter")
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
