"""Every address at which the paper has a page for all readers, asked of the tables and not of the pages' links.

A page that nothing leads to is a page too: an author without articles, a plain page that is not in the foot.
"""

from collections.abc import Iterator
from itertools import chain
from math import ceil

from django.urls import reverse

from broadsheet.discussion.models import Comment
from broadsheet.discussion.queries import PER_PAGE
from broadsheet.newsroom.queries import public_paths


def everything() -> list[str]:
    """All of them, each once, what readers turn to first at the beginning."""
    return list(dict.fromkeys(chain(public_paths(), column_paths())))


def column_paths() -> Iterator[str]:
    """The further pages of readers' columns; the first stands on the article's own page."""
    for address, count in Comment.objects.visible().counted_by_address():
        pages = ceil(count / PER_PAGE)
        yield from (reverse("discussion:column_page", args=[address, number]) for number in range(2, pages + 1))
        if count > 1:
            yield reverse("discussion:newest", args=[address])
        yield from (reverse("discussion:newest_page", args=[address, number]) for number in range(2, pages + 1))
