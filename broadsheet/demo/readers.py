"""Lets the readers have their say: comments in every state, and the record of what was decided on them."""

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

# What was decided on a comment in each of these states, in order.
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
    """One reader's comment with the times at which it was written and read."""

    remark: Remark
    written: datetime
    read: datetime

    @property
    def state(self) -> CommentState:
        return CommentState(self.remark.state)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What was decided on it, in order; an approved commenter's appears before anybody has read it."""
        decided = _DECIDED.get(self.state, ())
        return tuple(one for one in decided if not (self.remark.unreviewed and one == Outcome.APPROVE))


def print_terms(conditions: Conditions) -> Terms:
    """Publishes the terms of the readers' column."""
    return Terms.objects.create(
        version=conditions.version,
        rules="\n".join(conditions.rules),
        licence=conditions.licence,
        privacy=conditions.privacy,
    )


def print_comments(
    copy: Copy, articles: Mapping[str, ArticlePage], *, terms: Terms, dates: Dates, by: User
) -> list[Comment]:
    """Stores every comment where it is in its life, and the decisions `by` a reviewer that brought it there."""
    written = times_of_writing(copy.remarks, copy.stories, dates)
    entries = [_Dated(one, written[one.id], _read_at(one, written[one.id], dates.now)) for one in copy.remarks]
    comments = _imported(entries, articles)
    for entry, comment in zip(entries, comments, strict=True):
        comment.terms = terms
        comment.verified_at = None if entry.state in _NOT_VERIFIED else entry.written
        comment.published_at = entry.read if entry.state in _WAS_PUBLISHED else None
    # An import has no terms and no time of review to hand over; this paper's own readers have both.
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
        one = entry.remark
        batch[one.id] = ImportedComment(
            thread_id=threads[articles[one.article].pk],
            revision=_revision(entry),
            reviewed=not one.unreviewed,
            digest=address_digest(f"{one.name}@readers.example"),
            written_at=entry.written,
            state=entry.state,
            parent=batch.get(one.answers),
        )
    return import_comments(list(batch.values()))


def _revision(entry: _Dated) -> Revision:
    one = entry.remark
    if entry.state in _WORDS_DELETED:
        return Revision()
    return Revision(name=one.name, website=one.website, text=one.text)


def _read_at(one: Remark, written: datetime, now: datetime) -> datetime:
    """A reviewer took some minutes, the same in every run; what appeared unreviewed took none."""
    return written if one.unreviewed else min(written + timedelta(seconds=Random(one.id).randrange(90, 600)), now)


def _decisions(entry: _Dated, comment: Comment, by: User, now: datetime) -> list[Decision]:
    """The record: what keeps words from being read carries the reason and its explanation."""
    made = []
    for outcome in entry.outcomes:
        when = min(entry.read + _LATER, now) if outcome == Outcome.REMOVE else entry.read
        decision = Decision(revision=comment.latest, outcome=outcome, by=by, made_at=when)
        if outcome in NEEDS_REASON:
            decision.reason = entry.remark.reason
            decision.explanation = entry.remark.explanation
        made.append(decision)
    return made
