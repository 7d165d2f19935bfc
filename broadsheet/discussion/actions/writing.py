"""① The submission of a comment."""

from django.db import IntegrityError, transaction

from broadsheet.commenters.models import Commenter
from broadsheet.core.constraints import violates
from broadsheet.core.primary_keys import reserve_ids
from broadsheet.core.secrets import keyed_digest
from broadsheet.discussion import emails, rules, tokens
from broadsheet.discussion.models import Comment, Revision, Terms, Thread
from broadsheet.mail import actions as mail


def submit_comment(
    thread: Thread,
    *,
    revision: Revision,
    address: str,
    terms: Terms | None,
    parent: Comment | None = None,
    wants_email: bool = False,
) -> Comment:
    """① Store a comment as UNVERIFIED and send an email to its address. Submitted again, it stays one comment.

    `revision` is unsaved: name, website and text. Raises CommentsClosed, which includes a paper without terms;
    CannotReply; TooManyWaiting.
    """
    rules.check_can_write(thread, terms=terms, parent=parent)
    comment = Comment(
        thread=thread,
        parent=parent,
        terms=terms,
        address=address,
        wants_email=wants_email,
        fingerprint=_fingerprint(thread, address=address, revision=revision, parent=parent),
    )
    try:
        with transaction.atomic(durable=True):
            return _submit(comment, revision)
    except IntegrityError as error:
        # Two submissions at the same moment: the database has kept the first, and the second is the same comment.
        first = Comment.objects.filter(fingerprint=comment.fingerprint).first()
        if first is None or not violates(error, Comment, "comment_fingerprint"):
            raise
        return first


def _submit(comment: Comment, revision: Revision) -> Comment:
    address = str(comment.address)
    commenter = Commenter.objects.with_address(address)
    if commenter is not None:  # a new commenter has submitted nothing before
        submitted = Comment.objects.filter(fingerprint=comment.fingerprint).first()
        if submitted is not None:
            return submitted
        rules.check_not_flooding(commenter)
    comment.commenter = commenter or Commenter.objects.get_or_create_for(address)
    return _store(comment, revision)


def _store(comment: Comment, revision: Revision) -> Comment:
    """Insert the comment and its revision, which refer to each other by primary keys reserved beforehand (ADR 22)."""
    comment.pk, revision.pk = reserve_ids(Comment, Revision)
    comment.latest = revision  # set now: a foreign key takes over the primary key that its row has at that moment
    comment.root = comment.parent.root if comment.parent else comment
    code = tokens.new_code()
    comment.code_digest = tokens.code_digest(comment, code)
    revision.comment = comment
    comment.save(force_insert=True)
    revision.save(force_insert=True)
    mail.send_template(to=str(comment.address), **emails.confirmation_email(comment, code=code))
    return comment


def _fingerprint(thread: Thread, *, address: str, revision: Revision, parent: Comment | None) -> str:
    parts = [thread.pk, parent.pk if parent else "", address.strip().casefold(), revision.name, revision.text]
    return keyed_digest("comment", "\0".join(str(part) for part in parts))
