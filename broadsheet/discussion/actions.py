"""Everything that changes a comment. One action, one transaction; emails leave after it has committed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from broadsheet.commenters.models import Commenter
from broadsheet.commenters.states import Standing
from broadsheet.core.insertions import Insertion, reserve_ids
from broadsheet.core.secrets import keyed_digest
from broadsheet.discussion import emails, rules, tokens
from broadsheet.discussion.errors import WrongCode
from broadsheet.discussion.keys import TERMS, column_key
from broadsheet.discussion.models import Comment, Revision, Terms
from broadsheet.discussion.states import DECIDED, STANDING, WAITING, CommentState, Move
from broadsheet.mail import actions as mail
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.actions import purge, soft_purge

_COMMENTS, _REVISIONS = Insertion(Comment), Insertion(Revision)


def submit_comment(
    article: ArticlePage,
    *,
    words: Revision,
    address: str,
    terms: Terms | None,
    parent: Comment | None = None,
    wants_email: bool = False,
) -> Comment:
    """① Writes a comment down as UNVERIFIED and sends an email to its address; the same again is the same comment.

    `words` is an unsaved revision: name, web site and text. Raises CommentsClosed, where there are no terms too,
    CannotAnswer, TooManyWaiting.
    """
    rules.check_can_write(article, terms=terms, parent=parent)
    try:
        with transaction.atomic(durable=True):
            return _write(article, words=words, address=address, terms=terms, parent=parent, wants_email=wants_email)
    except IntegrityError:
        return Comment.objects.get(fingerprint=_fingerprint(article, address=address, words=words, parent=parent))


def _write(
    article: ArticlePage,
    *,
    words: Revision,
    address: str,
    terms: Terms | None,
    parent: Comment | None,
    wants_email: bool,
) -> Comment:
    fingerprint = _fingerprint(article, address=address, words=words, parent=parent)
    commenter = Commenter.objects.behind(address)
    if commenter is not None:  # else nothing was ever sent from this address
        again = Comment.objects.filter(fingerprint=fingerprint).first()
        if again is not None:
            return again
        rules.check_not_flooding(commenter)
    number, words.pk = reserve_ids(Comment, Revision)
    comment = Comment(
        pk=number,
        article=article,
        parent=parent,
        commenter=commenter or Commenter.objects.remember(address),
        terms=terms,
        latest=words,
        address=address,
        wants_email=wants_email,
        fingerprint=fingerprint,
    )
    code = tokens.new_code()
    comment.thread = parent.thread if parent else comment
    comment.code_digest = tokens.code_digest(comment, code)
    words.comment = comment
    _COMMENTS.store(comment)
    _REVISIONS.store(words)
    mail.send(to=address, **emails.confirmation_email(comment, code=code))
    return comment


def verify_comment(comment: Comment) -> Comment:
    """② Takes the address for proven: PENDING, or PUBLISHED for an approved commenter. A second click changes nothing.

    Raises LinkExpired where the comment has expired.
    """
    with transaction.atomic(durable=True):
        comment = _locked(comment)
        rules.check_can_verify(comment)
        if comment.state == CommentState.UNVERIFIED:
            _verify(comment)
        return comment


def verify_by_code(comment: Comment, *, code: str) -> Comment:
    """② The same by six digits, five tries at most; raises WrongCode, and counts the try even then."""
    with transaction.atomic(durable=True):
        comment = _locked(comment)
        rules.check_can_verify(comment)
        if comment.state != CommentState.UNVERIFIED:
            return comment
        rules.check_code_attempts(comment)
        comment.code_attempts += 1
        fits = tokens.code_fits(comment, code)
        if fits:
            _verify(comment)
        comment.save()
    if not fits:
        raise WrongCode("These are not the six digits of our email. Look again, or open the link in it.")
    return comment


def publish_comment(comment: Comment, *, revision: Revision) -> Comment:
    """⑤ Shows exactly this revision to everybody; raises TextChanged, InvalidTransition."""
    return _decided(comment, Move.PUBLISH, revision=revision)


def decline_comment(comment: Comment, *, revision: Revision) -> Comment:
    """Keeps a comment from being shown; raises TextChanged, InvalidTransition."""
    return _decided(comment, Move.DECLINE, revision=revision)


def hold_comment(comment: Comment, *, revision: Revision) -> Comment:
    """Sets a comment aside for the legal desk; raises TextChanged, InvalidTransition."""
    return _decided(comment, Move.HOLD, revision=revision)


def remove_comment(comment: Comment, *, revision: Revision) -> Comment:
    """Takes a published comment out of sight; raises TextChanged, InvalidTransition."""
    return _decided(comment, Move.REMOVE, revision=revision)


def reinstate_comment(comment: Comment, *, revision: Revision) -> Comment:
    """Shows a declined or removed comment after all; raises TextChanged, InvalidTransition."""
    return _decided(comment, Move.REINSTATE, revision=revision)


def withdraw_comment(comment: Comment) -> Comment:
    """Takes a comment back at its author's wish; raises InvalidTransition where there is nothing to take back."""
    with transaction.atomic(durable=True):
        comment = _locked(comment)
        _move(comment, Move.WITHDRAW)
        comment.save()
        return comment


def expire_comment(comment: Comment) -> Comment:
    """Deletes the words and the address of a comment that was not confirmed in time; raises InvalidTransition."""
    with transaction.atomic(durable=True):
        comment = _locked(comment)
        _move(comment, Move.EXPIRE)
        comment.save()
        comment.revisions.update(name="", website="", text="")
        return comment


def purge_terms() -> None:
    """Makes every page stale that shows the terms."""
    purge(TERMS)


@dataclass(frozen=True, eq=False)
class ImportedComment:
    """A comment that another system has published, declined or kept waiting, as it is to stand here."""

    article_id: int
    words: Revision
    digest: str
    written_at: datetime
    state: CommentState
    parent: "ImportedComment | Comment | None" = None


def import_comments(batch: Sequence[ImportedComment]) -> list[Comment]:
    """Writes down, in the importer's transaction, comments from elsewhere, in a few queries for all of them.

    A parent stands before its answers in the batch, or is a stored comment. No email is sent; no address is kept.
    Returns the stored comments in the order of the batch, each with `latest` set.
    """
    Commenter.objects.bulk_create(
        [Commenter(digest=digest) for digest in {one.digest for one in batch}], ignore_conflicts=True
    )
    known = dict(Commenter.objects.filter(digest__in={one.digest for one in batch}).values_list("digest", "pk"))
    comments = _store(batch, known)
    for one, comment in zip(batch, comments, strict=True):
        one.words.comment, one.words.written_at = comment, one.written_at
    revisions = Revision.objects.bulk_create(one.words for one in batch)
    for comment, revision in zip(comments, revisions, strict=True):
        comment.latest = revision
    _settle(batch, comments)
    soft_purge(*{column_key(one.article_id) for one in batch})
    return comments


def _store(batch: Sequence[ImportedComment], known: dict[str, int]) -> list[Comment]:
    """Stores first what answers nothing, then the answers to it, and so on: as often as a thread is deep."""
    stored: dict[ImportedComment, Comment] = {}
    for wave in _waves(batch):
        made = Comment.objects.bulk_create(_unsettled(one, known[one.digest], stored) for one in wave)
        stored |= dict(zip(wave, made, strict=True))
        first = [comment for comment in made if comment.parent_id is None]
        Comment.objects.filter(pk__in=[comment.pk for comment in first]).update(thread=F("pk"))
        for comment in first:
            comment.thread_id = comment.pk
    return [stored[one] for one in batch]


def _waves(batch: Sequence[ImportedComment]) -> Iterable[list[ImportedComment]]:
    depths: dict[ImportedComment, int] = {}
    waves: dict[int, list[ImportedComment]] = {}
    for one in batch:
        depths[one] = depths[one.parent] + 1 if isinstance(one.parent, ImportedComment) else 0
        waves.setdefault(depths[one], []).append(one)
    return waves.values()


def _unsettled(one: ImportedComment, commenter: int, stored: dict[ImportedComment, Comment]) -> Comment:
    """The comment as it first stands in the table: under its article, behind its parent, without words or state."""
    parent = stored[one.parent] if isinstance(one.parent, ImportedComment) else one.parent
    return Comment(
        article_id=one.article_id,
        parent=parent,
        thread_id=parent.thread_id if parent else None,
        commenter_id=commenter,
        written_at=one.written_at,
        verified_at=one.written_at,
        published_at=one.written_at if one.state == CommentState.PUBLISHED else None,
    )


def _settle(batch: Sequence[ImportedComment], comments: Sequence[Comment]) -> None:
    """Gives each its text and then its state: the database holds that the published are shown, at every moment."""
    text = Revision.objects.filter(comment=OuterRef("pk")).values("pk")[:1]
    Comment.objects.filter(pk__in=[comment.pk for comment in comments]).update(latest=Subquery(text))
    for state in {one.state for one in batch}:
        numbers = [comment.pk for one, comment in zip(batch, comments, strict=True) if one.state == state]
        shown = {"shown": F("latest")} if state == CommentState.PUBLISHED else {}
        Comment.objects.filter(pk__in=numbers).update(state=state, **shown)


def _fingerprint(article: ArticlePage, *, address: str, words: Revision, parent: Comment | None) -> str:
    parts = [article.pk, parent.pk if parent else "", address.strip().casefold(), words.name, words.text]
    return keyed_digest("comment", "\0".join(str(part) for part in parts))


def _locked(comment: Comment) -> Comment:
    return Comment.objects.select_for_update(of=("self",)).select_related("commenter").get(pk=comment.pk)


def _verify(comment: Comment) -> None:
    _move(comment, Move.VERIFY)
    comment.verified_at = timezone.now()
    comment.code_digest = ""
    if not comment.wants_email:
        comment.address = None
    if comment.commenter.standing == Standing.APPROVED:
        _move(comment, Move.PUBLISH)
    comment.save()


def _decided(comment: Comment, move: Move, *, revision: Revision) -> Comment:
    """Makes a reviewer's move inside the transaction that records the decision."""
    with transaction.atomic():
        comment = _locked(comment)
        rules.check_same_text(comment, revision)
        _move(comment, move)
        comment.save()
        return comment


def _move(comment: Comment, move: Move) -> None:
    """Changes the state, and with it everything that must be so in that state."""
    before, comment.state = comment.state, rules.check_move(comment, move)
    comment.shown = comment.latest if comment.state == CommentState.PUBLISHED else None
    if comment.state == CommentState.PUBLISHED:
        comment.published_at = comment.published_at or timezone.now()
    if comment.state not in WAITING:
        comment.fingerprint = None
    if comment.state in DECIDED:
        _tell_and_forget(comment)
    if before == CommentState.PUBLISHED:
        purge(column_key(comment.article_id))
    elif before in STANDING or comment.state == CommentState.PUBLISHED:
        soft_purge(column_key(comment.article_id))


def _tell_and_forget(comment: Comment) -> None:
    """Sends the email that was asked for, if the address is proven and there is news; the address has then served."""
    told = {CommentState.PUBLISHED, CommentState.DECLINED}
    if comment.address and comment.wants_email and comment.verified_at and comment.state in told:
        mail.send(to=comment.address, **emails.outcome_email(comment))
    comment.address = None
