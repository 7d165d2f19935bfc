"""The index of the readers' search: the folded words of each published article (ADR 23)."""

import math
from datetime import date, datetime
from typing import ClassVar

from django.db import models

from broadsheet.newsroom.models.articles import ArticlePage

LAYOUT = 1  # of the entries; entries of a lower layout are written again
_SAME_SECOND = 24  # bits of the primary key in a position
_EPOCH, _DAY = date(1970, 1, 1).toordinal(), 86_400


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    """Entries by their layout."""

    def outdated(self) -> "SearchEntryQuerySet":
        """Select the entries that have to be written again."""
        return self.filter(layout__lt=LAYOUT)


class SearchEntry(models.Model):
    """The folded words of an article, each between spaces: `newsroom.search.folding.indexed`.

    Both databases index the words: SQLite in the table newsroom_searchentry_fts, PostgreSQL in the column `words`.
    """

    article = models.OneToOneField(ArticlePage, models.CASCADE, primary_key=True, related_name="search_entry")
    position = models.BigIntegerField(unique=True)  # in the order of first publication
    layout = models.SmallIntegerField(default=0)
    headline = models.TextField(blank=True)
    deck = models.TextField(blank=True)
    text = models.TextField(blank=True)

    objects: ClassVar = SearchEntryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["layout", "position"], name="searchentry_outdated")]

    def __str__(self) -> str:
        return str(self.pk)


def position_of(published_at: datetime, pk: int) -> int:
    """Return the position of an article among all by the second of its publication, then by its primary key."""
    return (math.floor(published_at.timestamp()) << _SAME_SECOND) + pk % (1 << _SAME_SECOND)


def positions_between(since: date, until: date) -> tuple[int, int]:
    """Return positions that include those of two days, and of the days between, in any time zone."""
    first, last = since.toordinal() - _EPOCH - 1, until.toordinal() - _EPOCH + 2
    return (first * _DAY) << _SAME_SECOND, (last * _DAY) << _SAME_SECOND
