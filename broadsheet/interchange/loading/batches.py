"""Cuts the stream of posts and comments into pieces that are each written in one transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from broadsheet.interchange.wordpress.records import CommentRecord, PostRecord

POSTS = 50
COMMENTS = 1000


@dataclass(eq=False)
class Bundle:
    """A post and those of its comments that are written with it. A post of many comments has several bundles."""

    post: PostRecord
    comments: list[CommentRecord] = field(default_factory=list)
    is_first: bool = True
    is_last: bool = True


def batches(records: Iterable[PostRecord | CommentRecord]) -> Iterator[list[Bundle]]:
    """Yields up to POSTS posts or about COMMENTS comments at a time; what it holds does not grow with the file.

    What stands before an error of the file is yielded before the error is raised.
    """
    batch: list[Bundle] = []
    count = 0
    for record in records:
        if isinstance(record, PostRecord):
            if len(batch) >= POSTS or count >= COMMENTS:
                yield batch
                batch, count = [], 0
            batch.append(Bundle(record))
        elif batch:
            if len(batch[-1].comments) >= COMMENTS:
                following = Bundle(batch[-1].post, is_first=False)
                batch[-1].is_last = False
                yield batch
                batch, count = [following], 0
            batch[-1].comments.append(record)
            count += 1
    if batch:
        yield batch
