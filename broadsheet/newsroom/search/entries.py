"""Writes the entries of the readers' search, and brings those of a former layout up to date."""

import time
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from wagtail.blocks import StreamValue

from broadsheet.newsroom.models import ArticlePage, SearchEntry
from broadsheet.newsroom.models.search_entries import LAYOUT, position_of
from broadsheet.newsroom.search.folding import indexed

BATCH_SIZE = 25  # SQLite lets no other connection write meanwhile
MAX_BYTES = 300_000  # of a field's words; PostgreSQL takes a megabyte of all three
CELL = " · "  # between the cells of a table in an excerpt


def write_entries(articles: Iterable[ArticlePage]) -> None:
    """Write the entries of the articles that have been published; the others have none."""
    entries = [_entry(article, moment) for article in articles if (moment := article.published_at)]
    columns = ["position", "layout", "headline", "deck", "text"]
    SearchEntry.objects.bulk_create(entries, update_conflicts=True, unique_fields=["article"], update_fields=columns)


def refresh(seconds: float) -> int:
    """Write entries of a former layout again, newest first, for about so long; return how many are left."""
    end = time.monotonic() + seconds
    while keys := _outdated():
        with transaction.atomic():
            write_entries(ArticlePage.objects.filter(pk__in=keys).prefetch_related("byline__author"))
        if time.monotonic() >= end:
            break
    return SearchEntry.objects.outdated().count()


def _outdated() -> list[int]:
    entries = SearchEntry.objects.outdated().order_by("-position")
    return list(entries.values_list("pk", flat=True)[:BATCH_SIZE])


def _entry(article: ArticlePage, published_at: datetime) -> SearchEntry:
    others = " ".join([article.kicker, article.place, article.byline_names, body_text(article.body)])
    return SearchEntry(
        article=article,
        position=position_of(published_at, article.pk),
        layout=LAYOUT,
        headline=_bounded(indexed(article.title)),
        deck=_bounded(indexed(article.deck)),
        text=_bounded(indexed(others)),
    )


def _bounded(words: str) -> str:
    """Return the words up to the largest number of bytes."""
    encoded = words.encode()
    return words if len(encoded) <= MAX_BYTES else encoded[:MAX_BYTES].decode(errors="ignore").rpartition(" ")[0] + " "


def body_text(body: StreamValue) -> str:
    """Return the text of an article's body on one line, with a sign between the cells of a table."""
    return " ".join(" ".join(_texts(body)).split())


def _texts(body: StreamValue) -> Iterator[str]:
    for block in body:
        texts = block.block.get_searchable_content(block.value)
        yield CELL.join(map(str, texts)) if block.block_type == "table" else " ".join(map(str, texts))
