"""The import of comments from another system."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Subquery

from broadsheet.commenters.models import Commenter
from broadsheet.core.primary_keys import draw_number
from broadsheet.discussion.keys import thread_key
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.states import CommentState, ReviewState
from broadsheet.pagecache.actions import soft_purge

REVIEWS = {
    CommentState.PUBLISHED: ReviewState.APPROVED,
    CommentState.DECLINED: ReviewState.DECLINED,
    CommentState.HELD: ReviewState.HELD,
    CommentState.REMOVED: ReviewState.REMOVED,
}


@dataclass(frozen=True, eq=False)
class ImportedComment:
    """A comment of another system with the state that it is to have here.

    `revision` is unsaved; its review state follows from `state` unless it is `reviewed=False`: published unreviewed.
    """

    thread_id: int
    revision: Revision
    digest: str
    written_at: datetime
    state: CommentState
    parent: "ImportedComment | Comment | None" = None
    reviewed: bool = True


def import_comments(batch: Sequence[ImportedComment]) -> list[Comment]:
    """Store comments from elsewhere, in the importer's transaction, in a few queries per depth of reply.

    A parent precedes its replies in the batch, or is a stored comment. No email is sent and no address is kept.
    Returns the stored comments in the order of the batch, each with `latest` set.
    """
    digests = {imported.digest for imported in batch}
    Commenter.objects.bulk_create([Commenter(digest=digest) for digest in digests], ignore_conflicts=True)
    commenters = dict(Commenter.objects.filter(digest__in=digests).values_list("digest", "pk"))
    comments = _store(batch, commenters)
    for imported, comment in zip(batch, comments, strict=True):
        imported.revision.comment, imported.revision.written_at = comment, imported.written_at
        if imported.reviewed:
            imported.revision.review = REVIEWS.get(imported.state, ReviewState.UNREVIEWED)
    revisions = Revision.objects.bulk_create(imported.revision for imported in batch)
    for comment, revision in zip(comments, revisions, strict=True):
        comment.latest = revision
    _set_states(batch, comments)
    soft_purge(*{thread_key(imported.thread_id) for imported in batch})
    return comments


def _store(batch: Sequence[ImportedComment], commenters: dict[str, int]) -> list[Comment]:
    """Insert roots first, then the replies to them, and so on, once for each depth of reply."""
    stored: dict[ImportedComment, Comment] = {}
    for level in _levels(batch):
        created = Comment.objects.bulk_create(
            _unreviewed(imported, commenters[imported.digest], stored) for imported in level
        )
        stored |= dict(zip(level, created, strict=True))
    return [stored[imported] for imported in batch]


def _levels(batch: Sequence[ImportedComment]) -> Iterable[list[ImportedComment]]:
    depths: dict[ImportedComment, int] = {}
    levels: dict[int, list[ImportedComment]] = {}
    for imported in batch:
        parent = imported.parent
        depths[imported] = depths[parent] + 1 if isinstance(parent, ImportedComment) else 0
        levels.setdefault(depths[imported], []).append(imported)
    return levels.values()


def _unreviewed(imported: ImportedComment, commenter: int, stored: dict[ImportedComment, Comment]) -> Comment:
    """Return the comment as it is first inserted: without a text, and UNVERIFIED."""
    parent = stored[imported.parent] if isinstance(imported.parent, ImportedComment) else imported.parent
    number = draw_number()
    return Comment(
        pk=number,
        thread_id=imported.thread_id,
        parent=parent,
        root_id=parent.root_id if parent else number,
        commenter_id=commenter,
        written_at=imported.written_at,
        verified_at=imported.written_at,
        published_at=imported.written_at if imported.state == CommentState.PUBLISHED else None,
    )


def _set_states(batch: Sequence[ImportedComment], comments: Sequence[Comment]) -> None:
    """Set the texts, then the states: the database requires at every moment that a published comment shows a text."""
    text = Revision.objects.filter(comment=OuterRef("pk")).values("pk")[:1]
    Comment.objects.filter(pk__in=[comment.pk for comment in comments]).update(latest=Subquery(text))
    for state in {imported.state for imported in batch}:
        ids = [comment.pk for imported, comment in zip(batch, comments, strict=True) if imported.state == state]
        shown = {"shown": F("latest")} if state == CommentState.PUBLISHED else {}
        Comment.objects.filter(pk__in=ids).update(state=state, **shown)
