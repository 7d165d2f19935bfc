"""Creation of the demo's comments in every state, and of the decisions on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from broadsheet.accounts.models import User
from broadsheet.commenters.models import address_digest
from broadsheet.demo.copy_reader import Conditions, Copy, Remark
from broadsheet.demo.dates import Dates, times_of_writing
from broadsheet.discussion.actions import ImportedComment, import_comments
from broadsheet.discussion.models import Comment, Revision, Terms, Thread
from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.models import ArticlePage
from broadsheet.review.actions import import_decisions
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import NEEDS_REASON, Outcome

# The decisions on a comment in each of these states, in order.
_DECIDED = {
    CommentState.PUBLISHED: (Outcome.APPROVE,),
    CommentState.DECLINED: (Outcome.DECLINE,),
    CommentState.HELD: (Outcome.HOLD,),
    CommentState.REMOVED: (Outcome.APPROVE, Outcome.REMOVE),
}
_WAS_PUBLISHED = {CommentState.PUBLISHED, CommentState.REMOVED}
_WORDS_DELETED = {CommentState.EXPIRED, CommentState.ERASED}
_NOT_VERIFIED = {CommentState.UNVERIFIED, CommentState.EXPIRED}
_LATER = timedelta(minutes=25)  # a removal follows the publication by this


@dataclass(frozen=True)
class _Dated:
    """A comment of the copy with its times of writing and of review."""

    remark: Remark
    written: datetime
    read: datetime

    @property
    def state(self) -> CommentState:
        return CommentState(self.remark.state)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of its decisions, in order; a comment published unreviewed has no approval."""
        outcomes = _DECIDED.get(self.state, ())
        return tuple(outcome for outcome in outcomes if not (self.remark.unreviewed and outcome == Outcome.APPROVE))


def print_terms(conditions: Conditions) -> Terms:
    """Create the terms of the readers' column."""
    return Terms.objects.create(
        version=conditions.version,
        rules="\n".join(conditions.rules),
        licence=conditions.licence,
        privacy=conditions.privacy,
    )


def print_comments(
    copy: Copy, articles: Mapping[str, ArticlePage], *, terms: Terms, dates: Dates, by: User
) -> list[Comment]:
    """Create every comment in its state, with the decisions of the reviewer `by` that led to it."""
    written = times_of_writing(copy.remarks, copy.stories, dates)
    entries = [_dated(remark, written[remark.id], dates.now) for remark in copy.remarks]
    comments = _imported(entries, articles)
    for entry, comment in zip(entries, comments, strict=True):
        comment.terms = terms
        comment.verified_at = None if entry.state in _NOT_VERIFIED else entry.written
        comment.published_at = entry.read if entry.state in _WAS_PUBLISHED else None
    # Imported comments have neither terms nor a time of review; those of the demo have both.
    Comment.objects.bulk_update(comments, ["terms", "verified_at", "published_at"])
    import_decisions(
        decision
        for entry, comment in zip(entries, comments, strict=True)
        for decision in _decisions(entry, comment, by, dates.now)
    )
    return comments


def _imported(entries: list[_Dated], articles: Mapping[str, ArticlePage]) -> list[Comment]:
    batch: dict[str, ImportedComment] = {}
    threads = dict(Thread.objects.values_list("article", "pk"))
    for entry in entries:
        remark = entry.remark
        batch[remark.id] = ImportedComment(
            thread_id=threads[articles[remark.article].pk],
            revision=_revision(entry),
            reviewed=not remark.unreviewed,
            digest=address_digest(f"{remark.name}@readers.example"),
            written_at=entry.written,
            state=entry.state,
            parent=batch.get(remark.answers),
        )
    return import_comments(list(batch.values()))


def _revision(entry: _Dated) -> Revision:
    remark = entry.remark
    if entry.state in _WORDS_DELETED:
        return Revision()
    return Revision(name=remark.name, website=remark.website, text=remark.text)


def _dated(remark: Remark, written: datetime, now: datetime) -> _Dated:
    """Return the comment with a time of review: some minutes later, the same in every run, or at once if unreviewed."""
    wait = timedelta(seconds=0 if remark.unreviewed else Random(remark.id).randrange(90, 600))
    return _Dated(remark, written, min(written + wait, now) if wait else written)


def _decisions(entry: _Dated, comment: Comment, by: User, now: datetime) -> list[Decision]:
    """Return the unsaved decisions; those that need a reason have it, with its explanation."""
    decisions = []
    for outcome in entry.outcomes:
        when = min(entry.read + _LATER, now) if outcome == Outcome.REMOVE else entry.read
        decision = Decision(revision=comment.latest, outcome=outcome, by=by, made_at=when)
        if outcome in NEEDS_REASON:
            decision.reason = entry.remark.reason
            decision.explanation = entry.remark.explanation
        decisions.append(decision)
    return decisions
