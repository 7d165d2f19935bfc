"""Cuts the stream of records into batches, each of which is saved in one transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from broadsheet.interchange.records import Commentable, CommentRecord

MAX_ITEMS = 50
MAX_COMMENTS = 1000


@dataclass(eq=False)
class Bundle:
    """An article, page or other item and those of its comments that are saved with it.

    An item with many comments has several bundles; `is_first` and `is_last` tell where a bundle stands among them.
    """

    item: Commentable
    comments: list[CommentRecord] = field(default_factory=list)
    is_first: bool = True
    is_last: bool = True


def batches(records: Iterable[Commentable | CommentRecord]) -> Iterator[list[Bundle]]:
    """Yield up to MAX_ITEMS items or about MAX_COMMENTS comments at a time, so that memory is bounded.

    An error of `records` is raised only after the records before it have been yielded.
    """
    batch: list[Bundle] = []
    count = 0
    for record in records:
        if not isinstance(record, CommentRecord):
            if len(batch) >= MAX_ITEMS or count >= MAX_COMMENTS:
                yield batch
                batch, count = [], 0
            batch.append(Bundle(record))
        elif batch:
            if len(batch[-1].comments) >= MAX_COMMENTS:
                following = Bundle(batch[-1].item, is_first=False)
                batch[-1].is_last = False
                yield batch
                batch, count = [following], 0
            batch[-1].comments.append(record)
            count += 1
    if batch:
        yield batch
