"""① The submission of a comment, and the email that asks for the proof of its address."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import IntegrityError, transaction

from broadsheet.commenters.models import address_digest
from broadsheet.core.constraints import violates
from broadsheet.core.secrets import keyed_digest
from broadsheet.discussion import emails, rules
from broadsheet.discussion.actions.moves import lock_comment
from broadsheet.discussion.models import Comment, Revision, Terms, Thread
from broadsheet.discussion.states import CommentState
from broadsheet.limits import actions as limits
from broadsheet.limits.states import Limit
from broadsheet.mail import actions as mail


@dataclass(frozen=True)
class Submission:
    """The contents of a form: an unsaved revision with name, website and text, and what its author sends with it.

    `terms` are those that the author has seen. `key` was drawn in the author's browser. `network` is that of the
    request, for the limits, and is not stored.
    """

    revision: Revision
    address: str = field(repr=False)
    network: str = field(repr=False)
    terms: Terms | None
    wants_email: bool = False
    key: str = ""


def submit_comment(thread: Thread, submission: Submission, *, parent: Comment | None = None) -> Comment:
    """① Store a comment as UNVERIFIED and send an email to its address. Submitted again, it stays one comment.

    Whether the address is known makes no difference here, not even to the number of queries (ADR 33), nor does the
    number of emails it has had (ADR 37). Raises TooManyComments; CommentsClosed, which includes a paper without terms;
    CannotReply.
    """
    rules.check_can_write(thread, terms=submission.terms, parent=parent)
    rules.check_submissions_of(submission.network)  # before the transaction: a flood does not occupy SQLite's writer
    comment = Comment(
        thread=thread,
        parent=parent,
        terms=submission.terms,
        address=submission.address,
        address_digest=address_digest(submission.address),
        wants_email=submission.wants_email,
    )
    comment.fingerprint = _fingerprint(comment, submission)
    try:
        with transaction.atomic(durable=True):
            rules.count_submission(submission.network)
            return _unconfirmed_twin(comment) or _store(comment, submission)
    except IntegrityError as error:
        # Two submissions at the same moment: the database has kept the first, and the second is the same comment.
        first = Comment.objects.filter(fingerprint=comment.fingerprint).first()
        if first is None or not violates(error, Comment, "comment_fingerprint"):
            raise
        return first


def resend_confirmation(comment: Comment, *, network: str) -> None:
    """Send the email again if its comment is still unconfirmed. Neither the answer nor the work tells whether it is.

    Raises EnoughEmails for the comment, and TooManyEmails for the network. Whether the mailbox has had enough is
    decided when the email leaves, and told to nobody: a stranger may be asking.
    """
    with transaction.atomic(durable=True):
        rules.count_requested_email(network)
        comment = lock_comment(comment)
        rules.check_can_resend(comment)
        comment.emails_sent += 1
        comment.save(update_fields=["emails_sent"])
        _send_confirmation(comment)


def hasten_confirmation(comment: Comment) -> None:
    """Send the email of a comment that was submitted under pressure at once: its browser has solved the challenge.

    Repeating it changes nothing. The limit of the mailbox is counted as for any other email.
    """
    with transaction.atomic(durable=True):
        comment = lock_comment(comment)
        if not comment.is_slowed:
            return
        comment.is_slowed = False
        if not comment.emails_sent:
            comment.emails_sent = 1
            _send_confirmation(comment)
        comment.save(update_fields=["is_slowed", "emails_sent"])
        mail.send_now(emails.confirmation_about(comment))


def _unconfirmed_twin(comment: Comment) -> Comment | None:
    """Return the comment that the submission repeats, unless it can no longer be confirmed."""
    twin = Comment.objects.filter(fingerprint=comment.fingerprint).first()
    if twin is None or not twin.has_lapsed:
        return twin
    Comment.objects.filter(pk=twin.pk).update(fingerprint=None)  # the schedule has yet to expire it
    return None


def _store(comment: Comment, submission: Submission) -> Comment:
    """Insert the revision, then its comment, whose number is known beforehand: foreign keys are checked at commit."""
    comment.root = comment.parent.root if comment.parent else comment
    revision = submission.revision
    revision.comment = comment
    revision.save(force_insert=True)
    comment.latest = revision
    comment.is_slowed = rules.is_under_pressure(comment.thread)
    delay = limits.queue_up(Limit.SLOWED_EMAILS_NETWORK, submission.network) if comment.is_slowed else timedelta(0)
    comment.emails_sent = 0 if delay is None else 1
    comment.save(force_insert=True)
    if delay is not None:
        _send_confirmation(comment, delay=delay)
    return comment


def _send_confirmation(comment: Comment, *, delay: timedelta = timedelta(0)) -> None:
    """Send the email, or to nobody if the comment is not unconfirmed: then the delivery withholds it (ADR 37)."""
    address = comment.address if comment.state == CommentState.UNVERIFIED else None
    recipient = mail.Recipient(address or "", Limit.EMAILS_MAILBOX, delay)
    mail.send_template(to=recipient, **emails.confirmation_email(comment))


def _fingerprint(comment: Comment, submission: Submission) -> str:
    place, revision = [comment.thread_id, comment.parent_id or ""], submission.revision
    words = [revision.name, revision.website, revision.text, submission.wants_email]
    parts = [*place, submission.address.strip().casefold(), *words, submission.key]
    return keyed_digest("comment", "\0".join(str(part) for part in parts))
