"""The public URLs of the paper, from the database and not from links, so that unlinked pages are included too."""

from collections.abc import Iterator
from itertools import chain
from math import ceil

from django.urls import reverse

from broadsheet.discussion.models import Comment
from broadsheet.discussion.queries import PER_PAGE
from broadsheet.newsroom.queries import public_paths


def all_public_paths() -> list[str]:
    """Return the path of every page that is the same for all readers, without repeats, the most read first."""
    return list(dict.fromkeys(chain(public_paths(), column_page_paths())))


def column_page_paths() -> Iterator[str]:
    """Yield the feeds and the further pages of each column with comments; its first page is the article itself."""
    for address, count in Comment.objects.visible().counted_by_address():
        yield from (reverse(f"discussion:{name}", args=[address]) for name in ("feed", "atom"))
        last_page = ceil(count / PER_PAGE)
        yield from (reverse("discussion:column_page", args=[address, page]) for page in range(2, last_page + 1))
        if count > 1:
            yield reverse("discussion:newest", args=[address])
        yield from (reverse("discussion:newest_page", args=[address, page]) for page in range(2, last_page + 1))
