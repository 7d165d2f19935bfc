"""Turns comments of the source into comments of the paper, with the record of what was decided on them there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from broadsheet.commenters.models import address_digest
from broadsheet.discussion.actions import ImportedComment, import_comments
from broadsheet.discussion.models import MAX_NAME, MAX_WEBSITE, Comment, Revision, Thread
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.interchange.loading.report import Came, Changed, Known, Out, Report
from broadsheet.interchange.loading.wording import name_of, web_site, words_of
from broadsheet.interchange.memory import Memory, fit
from broadsheet.interchange.models import SourceKind
from broadsheet.interchange.wordpress.records import CommentApproval, CommentKind, CommentRecord
from broadsheet.review.actions import import_decisions
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import Outcome

ANONYMOUS = "Anonymous"
STATES = {
    CommentApproval.APPROVED: CommentState.PUBLISHED,
    CommentApproval.PENDING: CommentState.PENDING,
    CommentApproval.SPAM: CommentState.DECLINED,
    CommentApproval.TRASH: CommentState.DECLINED,
}
_CAME = {
    CommentState.PUBLISHED: Came.PUBLISHED,
    CommentState.PENDING: Came.PENDING,
    CommentState.DECLINED: Came.DECLINED,
}
_LEFT_OUT = {
    CommentKind.PINGBACK: Out.PINGBACKS,
    CommentKind.TRACKBACK: Out.PINGBACKS,
    CommentKind.OTHER: Out.OTHER_COMMENT,
}
# What the record says: WordPress keeps neither who decided, nor when, nor why.
_DECIDED = {
    CommentApproval.APPROVED: (Outcome.APPROVE, None, "Approved in WordPress before the import of {}."),
    CommentApproval.SPAM: (Outcome.DECLINE, Reason.SPAM, "Marked as spam in WordPress before the import of {}."),
    CommentApproval.TRASH: (
        Outcome.DECLINE,
        Reason.IRRELEVANT,
        "In the trash of WordPress before the import of {}. WordPress keeps no reason; “irrelevant” stands in for it.",
    ),
}
MAX_WAITING = 5000


@dataclass(eq=False)
class Column:
    """Comments of one article that are to be written together; `is_last` where the file has no more of them."""

    article: int
    published: datetime
    comments: Sequence[CommentRecord]
    is_last: bool = True


@dataclass
class _Batch:
    """What is about to be written, in an order in which nobody answers what is not there yet."""

    threads: dict[int, int]
    adopted: dict[str, ImportedComment] = field(default_factory=dict)
    records: list[CommentRecord] = field(default_factory=list)


class Comments:
    """The comments of one source."""

    def __init__(self, memory: Memory, report: Report, *, today: date) -> None:
        self.memory, self.report, self.today = memory, report, today
        self.waiting: dict[int, list[CommentRecord]] = {}

    def wanted(self, comments: Iterable[CommentRecord]) -> list[CommentRecord]:
        """Those that readers wrote; the rest is counted."""
        kept = []
        for one in comments:
            if one.kind in _LEFT_OUT:
                self.report.out[_LEFT_OUT[one.kind]] += 1
            elif not words_of(one.body):
                self.report.out[Out.EMPTY] += 1
            else:
                kept.append(one)
        return kept

    def fresh(self, comments: Sequence[CommentRecord]) -> dict[str, CommentRecord]:
        """Those of the wanted that did not come in before, by key, each once."""
        known = self.memory.known(SourceKind.COMMENT, map(key_of, comments))
        if known:
            self.report.known[Known.COMMENTS] += len(known)
        fresh: dict[str, CommentRecord] = {}
        for one in comments:
            if fit(key_of(one)) not in known:
                fresh.setdefault(key_of(one), one)
        self.report.out[Out.TWICE] += sum(fresh.get(key_of(one), one) is not one for one in comments)
        return fresh

    def adopt(self, columns: Sequence[Column]) -> None:
        """Writes the comments of several articles, in the caller's transaction, each behind what it answers."""
        batch, stored = _Batch(_threads(columns)), self._parents(columns)
        for column in columns:
            self._order(column, batch, stored)
        for record in batch.records:
            self.report.came[_CAME[STATES[record.approval]]] += 1
        if self.report.is_dry or not batch.adopted:
            return
        comments = import_comments(list(batch.adopted.values()))
        import_decisions(
            self._decision(record, comment)
            for record, comment in zip(batch.records, comments, strict=True)
            if record.approval in _DECIDED
        )
        numbers = {key: comment.pk for key, comment in zip(batch.adopted, comments, strict=True)}
        self.memory.remember(SourceKind.COMMENT, numbers)

    def _parents(self, columns: Sequence[Column]) -> dict[str, Comment]:
        """The comments that came in before and are answered by these."""
        waiting = [one for column in columns for one in self.waiting.get(column.article, [])]
        answers = [*waiting, *(one for column in columns for one in column.comments)]
        keys = {str(one.parent_id) for one in answers if one.parent_id is not None}
        known = self.memory.known(SourceKind.COMMENT, keys)
        comments = Comment.objects.in_bulk(known.values())
        return {key: comments[number] for key, number in known.items() if number in comments}

    def _order(self, column: Column, batch: _Batch, stored: dict[str, Comment]) -> None:
        """Adds the comments of a column behind their parents; what waits for a parent in the next piece is kept."""
        waiting = [*self.waiting.pop(column.article, []), *column.comments]
        while waiting:
            left = [one for one in waiting if not self._placed(one, column, batch, stored)]
            if len(left) == len(waiting):
                break
            waiting = left
        if not column.is_last and len(waiting) < MAX_WAITING:
            self.waiting[column.article] = waiting
            return
        for number, one in enumerate(waiting):
            # What is left answers something that is not here, or each other in a circle, which the first one breaks.
            if not number or not self._placed(one, column, batch, stored):
                self.report.changed[Changed.PARENTLESS] += 1
                self._add(one, None, column, batch)

    def _placed(self, one: CommentRecord, column: Column, batch: _Batch, stored: dict[str, Comment]) -> bool:
        """Adds a comment if what it answers is here, under the same article."""
        if one.parent_id is None:
            self._add(one, None, column, batch)
            return True
        parent = batch.adopted.get(str(one.parent_id)) or stored.get(str(one.parent_id))
        if parent is None or parent.thread_id != batch.threads[column.article]:
            return False
        self._add(one, parent, column, batch)
        return True

    def _add(self, one: CommentRecord, parent: ImportedComment | Comment | None, column: Column, batch: _Batch) -> None:
        key = key_of(one)
        if key in batch.adopted:
            self.report.out[Out.TWICE] += 1
            return
        batch.records.append(one)
        batch.adopted[key] = ImportedComment(
            thread_id=batch.threads[column.article],
            revision=self._words(one),
            digest=address_digest(one.email or f"no address {self.memory.source.address} {key}"),
            written_at=one.written.at if one.written else self._undated(column),
            state=STATES[one.approval],
            parent=parent,
        )

    def _undated(self, column: Column) -> datetime:
        self.report.changed[Changed.UNDATED_COMMENTS] += 1
        return column.published

    def _words(self, one: CommentRecord) -> Revision:
        """The comment's words, whole: what a reader wrote is not shortened, however long it is."""
        name = name_of(one.author_name, MAX_NAME, cut=lambda: self._note(Changed.NAMES))
        if not name:
            self._note(Changed.NAMELESS)
        site = web_site(one.author_url, MAX_WEBSITE, lost=lambda: self._note(Changed.SITES))
        return Revision(name=name or ANONYMOUS, website=site, text=words_of(one.body))

    def _note(self, change: Changed) -> None:
        self.report.changed[change] += 1

    def _decision(self, record: CommentRecord, comment: Comment) -> Decision:
        """The record, dated like the comment: when it was really decided is not known, and nobody here let it wait."""
        outcome, reason, note = _DECIDED[record.approval]
        return Decision(
            revision=comment.latest,
            outcome=outcome,
            reason=reason,
            private_note=note.format(self.today.isoformat()),
            made_at=comment.written_at,
        )


def _threads(columns: Sequence[Column]) -> dict[int, int]:
    """Return the thread of each article; for an article of a dry run, which has none, a number that no thread has."""
    articles = [column.article for column in columns]
    threads = dict(Thread.objects.filter(article__in=articles).values_list("article", "pk"))
    return {article: threads.get(article, -article) for article in articles}


def key_of(one: CommentRecord) -> str:
    """What the source calls a comment: its number, or, in a file without numbers, a digest of all it is."""
    if one.source_id is not None:
        return str(one.source_id)
    told = "\0".join(map(str, (one.post_id, one.author_name, one.written, one.body)))
    return f"untold:{sha256(told.encode()).hexdigest()}"
