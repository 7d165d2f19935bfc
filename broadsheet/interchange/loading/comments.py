"""Turns records into comments of the paper, with decisions that say how they were moderated in the source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from broadsheet.commenters.models import address_digest
from broadsheet.discussion.actions import ImportedComment, import_comments
from broadsheet.discussion.models import MAX_NAME, MAX_WEBSITE, Comment, Revision, Thread
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.interchange.import_log import ImportLog, stored_key
from broadsheet.interchange.loading.normalise import one_line, website
from broadsheet.interchange.loading.report import Changed, Existing, Imported, Report, Skipped
from broadsheet.interchange.models import SourceKind
from broadsheet.interchange.records import CommentKind, CommentRecord, CommentStatus
from broadsheet.review.actions import import_decisions
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import Outcome

ANONYMOUS = _("Anonymous")
STATES = {
    CommentStatus.APPROVED: CommentState.PUBLISHED,
    CommentStatus.PENDING: CommentState.PENDING,
    CommentStatus.SPAM: CommentState.DECLINED,
    CommentStatus.TRASHED: CommentState.DECLINED,
}
_IMPORTED = {
    CommentState.PUBLISHED: Imported.PUBLISHED,
    CommentState.PENDING: Imported.PENDING,
    CommentState.DECLINED: Imported.DECLINED,
}
_SKIPPED = {
    CommentKind.PINGBACK: Skipped.PINGBACKS,
    CommentKind.OTHER: Skipped.OTHER_COMMENTS,
}
# No source exports who decided, when and why; the private note of the decision says so.
_DECISIONS = {
    CommentStatus.APPROVED: (Outcome.APPROVE, None, _("Approved in %(system)s before the import of %(day)s.")),
    CommentStatus.SPAM: (Outcome.DECLINE, Reason.SPAM, _("Marked as spam in %(system)s before the import of %(day)s.")),
    CommentStatus.TRASHED: (
        Outcome.DECLINE,
        Reason.IRRELEVANT,
        _(
            "In the trash of %(system)s before the import of %(day)s. %(system)s keeps no reason; “irrelevant” stands "
            "in for it."
        ),
    ),
}
MAX_WAITING = 5000


@dataclass(eq=False)
class ArticleComments:
    """New comments of one article; `is_last` where the export has no more of them.

    `published_at` is the date of the article, for comments without a date of their own.
    """

    article_id: int
    published_at: datetime
    comments: Sequence[CommentRecord]
    is_last: bool = True


@dataclass
class _Batch:
    """Comments that are to be saved together, parents before their replies."""

    threads: dict[int, int]
    imported: dict[str, ImportedComment] = field(default_factory=dict)
    records: list[CommentRecord] = field(default_factory=list)


class CommentImporter:
    """The comments of one source. `system` and `today` are named in the decisions."""

    def __init__(self, log: ImportLog, report: Report, *, system: str, today: date) -> None:
        self.log, self.report, self.system, self.today = log, report, system, today
        self.waiting: dict[int, list[CommentRecord]] = {}

    def wanted(self, comments: Iterable[CommentRecord]) -> list[CommentRecord]:
        """Return the comments that readers wrote, and count the others."""
        wanted = []
        for comment in comments:
            if comment.kind in _SKIPPED:
                self.report.skipped[_SKIPPED[comment.kind]] += 1
            elif not comment.text:
                self.report.skipped[Skipped.EMPTY] += 1
            else:
                wanted.append(comment)
        return wanted

    def new(self, comments: Sequence[CommentRecord]) -> dict[str, CommentRecord]:
        """Return the comments that are not in the import log, by key; existing and repeated comments are counted."""
        logged = self.log.targets(SourceKind.COMMENT, (comment.key for comment in comments))
        if logged:
            self.report.existing[Existing.COMMENTS] += len(logged)
        new: dict[str, CommentRecord] = {}
        for comment in comments:
            if stored_key(comment.key) not in logged:
                new.setdefault(comment.key, comment)
        self.report.skipped[Skipped.REPEATED] += sum(new.get(item.key, item) is not item for item in comments)
        return new

    def save(self, groups: Sequence[ArticleComments]) -> None:
        """Save the comments of several articles, parents first, in the transaction of the caller."""
        batch, saved = _Batch(_threads(groups)), self._saved_parents(groups)
        for group in groups:
            self._order(group, batch, saved)
        for record in batch.records:
            self.report.imported[_IMPORTED[STATES[record.status]]] += 1
        if self.report.is_dry or not batch.imported:
            return
        comments = import_comments(list(batch.imported.values()))
        import_decisions(
            self._decision(record, comment)
            for record, comment in zip(batch.records, comments, strict=True)
            if record.status in _DECISIONS
        )
        targets = {key: comment.pk for key, comment in zip(batch.imported, comments, strict=True)}
        self.log.add(SourceKind.COMMENT, targets)

    def _saved_parents(self, groups: Sequence[ArticleComments]) -> dict[str, Comment]:
        """Return the saved comments, by key, to which comments of these groups reply."""
        waiting = [comment for group in groups for comment in self.waiting.get(group.article_id, [])]
        replies = [*waiting, *(comment for group in groups for comment in group.comments)]
        keys = {reply.parent_key for reply in replies if reply.parent_key is not None}
        logged = self.log.targets(SourceKind.COMMENT, keys)
        comments = Comment.objects.in_bulk(logged.values())
        return {key: comments[target] for key, target in logged.items() if target in comments}

    def _order(self, group: ArticleComments, batch: _Batch, saved: dict[str, Comment]) -> None:
        """Add the comments of a group after their parents; a reply whose parent is still to come waits for it."""
        waiting = [*self.waiting.pop(group.article_id, []), *group.comments]
        while waiting:
            left = [comment for comment in waiting if not self._add_after_parent(comment, group, batch, saved)]
            if len(left) == len(waiting):
                break
            waiting = left
        if not group.is_last and len(waiting) < MAX_WAITING:
            self.waiting[group.article_id] = waiting
            return
        for place, comment in enumerate(waiting):
            # The rest reply to comments that are not here, or to each other in a circle, which the first breaks.
            if not place or not self._add_after_parent(comment, group, batch, saved):
                self.report.changed[Changed.ORPHANED] += 1
                self._add(comment, None, group, batch)

    def _add_after_parent(
        self, comment: CommentRecord, group: ArticleComments, batch: _Batch, saved: dict[str, Comment]
    ) -> bool:
        """Add a comment if its parent is here, on the same article; return whether it was added."""
        if comment.parent_key is None:
            self._add(comment, None, group, batch)
            return True
        parent = batch.imported.get(comment.parent_key) or saved.get(comment.parent_key)
        if parent is None or parent.thread_id != batch.threads[group.article_id]:
            return False
        self._add(comment, parent, group, batch)
        return True

    def _add(
        self,
        comment: CommentRecord,
        parent: ImportedComment | Comment | None,
        group: ArticleComments,
        batch: _Batch,
    ) -> None:
        if comment.key in batch.imported:
            self.report.skipped[Skipped.REPEATED] += 1
            return
        batch.records.append(comment)
        batch.imported[comment.key] = ImportedComment(
            thread_id=batch.threads[group.article_id],
            revision=self._revision(comment),
            # A comment without an address is by a commenter of its own, not by the same one as all others.
            digest=address_digest(comment.email or f"no address {self.log.source.address} {comment.key}"),
            written_at=comment.written_at or self._undated(group),
            state=STATES[comment.status],
            parent=parent,
        )

    def _undated(self, group: ArticleComments) -> datetime:
        self.report.changed[Changed.UNDATED_COMMENTS] += 1
        return group.published_at

    def _revision(self, comment: CommentRecord) -> Revision:
        # The text is not shortened, however long it is: nobody edits a reader's words.
        name = one_line(comment.name, MAX_NAME, on_cut=lambda: self._count(Changed.NAMES))
        if not name:
            self._count(Changed.NAMELESS)
        site = website(comment.website, MAX_WEBSITE, on_drop=lambda: self._count(Changed.WEBSITES))
        return Revision(name=name or str(ANONYMOUS), website=site, text=comment.text)

    def _count(self, change: Changed) -> None:
        self.report.changed[change] += 1

    def _decision(self, record: CommentRecord, comment: Comment) -> Decision:
        outcome, reason, note = _DECISIONS[record.status]
        return Decision(
            revision=comment.latest,
            outcome=outcome,
            reason=reason,
            private_note=note % {"system": self.system, "day": self.today.isoformat()},
            # The real time is not exported; with that of the comment, no imported comment counts as a long wait.
            made_at=comment.written_at,
        )


def _threads(groups: Sequence[ArticleComments]) -> dict[int, int]:
    """Return the thread of each article; for an article of a dry run, which has none, a number that no thread has."""
    articles = [group.article_id for group in groups]
    threads = dict(Thread.objects.filter(article__in=articles).values_list("article", "pk"))
    return {article: threads.get(article, -article) for article in articles}
