"""Numbers of articles by year, month, day and section in the paper's calendar, and the neighbouring days.

Each number is counted in a partial index of the published articles. The counts of years and sections grow with the
paper, so they are in the fragment cache until an article joins or leaves that year or section.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from broadsheet.newsroom.keys import list_of, year_of
from broadsheet.newsroom.models import ArticlePage, SectionPage
from broadsheet.newsroom.models.lists import ArticleQuerySet
from broadsheet.pagecache.fragments import cached


@dataclass(frozen=True)
class Neighbours:
    """The nearest days with articles before and after a period, or None."""

    earlier: date | None
    later: date | None


def years() -> Sequence[dict[str, Any]]:
    """Return each year that has articles, latest first: `day` is its first day, `count` its number of articles."""
    limits = around(date.max, date.min)  # turned round: the last day of all, and the first
    if limits.earlier is None or limits.later is None:
        return []
    days = [date(year, 1, 1) for year in range(limits.earlier.year, limits.later.year - 1, -1)]
    return _with_articles(
        (day, _cached_count(ArticlePage.objects.published().dated(day.year), year_of(day))) for day in days
    )


def months_of(year: int) -> Sequence[dict[str, Any]]:
    """Return each month of the year that has articles, in order, as `years` does."""
    months = range(1, 13)
    articles = ArticlePage.objects.published()
    return _with_articles((date(year, month, 1), articles.dated(year, month).count()) for month in months)


def days_of(year: int, month: int) -> Sequence[dict[str, Any]]:
    """Return each day of the month that has articles, in order, as `edition_date` with its `count`."""
    articles = ArticlePage.objects.published().dated(year, month)
    return list(articles.order_by("edition_date").values("edition_date").annotate(count=Count("pk")))


def sections() -> Sequence[SectionPage]:
    """Return every section with its number of articles as `count`, in the order of the page tree."""
    rows: list[Any] = list(SectionPage.objects.published().order_by("path"))
    for section in rows:
        section.count = _cached_count(ArticlePage.objects.published().in_section(section), list_of(section))
    return rows


def around(first: date, last: date) -> Neighbours:
    """Return the nearest days with articles before `first` and after `last`."""
    days = ArticlePage.objects.published().values_list("edition_date", flat=True)
    earlier = days.filter(edition_date__lt=first).order_by("-edition_date").first()
    return Neighbours(earlier, days.filter(edition_date__gt=last).order_by("edition_date").first())


def _with_articles(spans: Iterable[tuple[date, int]]) -> Sequence[dict[str, Any]]:
    return [{"day": day, "count": count} for day, count in spans if count]


def _cached_count(articles: ArticleQuerySet, key: str) -> int:
    """Return the number of these articles, counted anew once the key is purged."""
    return cached("count", articles.count, on=[key])
