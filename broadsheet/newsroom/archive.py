"""How many articles each year, month, day and section has, in the paper's calendar, and which come before and after.

Each number is counted by itself, in an index that has nothing but public articles. To count years and sections takes
longer the larger the paper is: each of these numbers is kept until an article comes into that year or section, or goes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from broadsheet.newsroom.keys import list_of, year_of
from broadsheet.newsroom.models import ArticlePage, SectionPage
from broadsheet.newsroom.models.lists import ArticleQuerySet
from broadsheet.pagecache.fragments import cached, depends_on


@dataclass(frozen=True)
class Neighbours:
    """The nearest days with articles before and after a stretch of time; None where there are none."""

    earlier: date | None
    later: date | None


def years() -> Sequence[dict[str, Any]]:
    """Each year with its number of articles, the latest first: `day` is its first day, `count` the number."""
    all_time = around(date.max, date.min)
    if all_time.earlier is None or all_time.later is None:
        return []
    days = [date(year, 1, 1) for year in range(all_time.earlier.year, all_time.later.year - 1, -1)]
    return _filled((day, _kept_count(ArticlePage.objects.published().dated(day.year), year_of(day))) for day in days)


def months_of(year: int) -> Sequence[dict[str, Any]]:
    """Each month of a year that has articles, in order."""
    months = range(1, 13)
    articles = ArticlePage.objects.published()
    return _filled((date(year, month, 1), articles.dated(year, month).count()) for month in months)


def days_of(year: int, month: int) -> Sequence[dict[str, Any]]:
    """Each day of a month that has articles, in order."""
    articles = ArticlePage.objects.published().dated(year, month)
    return list(articles.order_by("edition_date").values("edition_date").annotate(count=Count("pk")))


def sections() -> Sequence[SectionPage]:
    """Every section with its number of articles as `count`, in the order of the page tree."""
    found: list[Any] = list(SectionPage.objects.live().order_by("path"))
    for section in found:
        section.count = _kept_count(ArticlePage.objects.published().in_section(section), list_of(section))
    return found


def around(first: date, last: date) -> Neighbours:
    """The nearest days with articles before `first` and after `last`."""
    days = ArticlePage.objects.published().values_list("edition_date", flat=True)
    earlier = days.filter(edition_date__lt=first).order_by("-edition_date").first()
    return Neighbours(earlier, days.filter(edition_date__gt=last).order_by("edition_date").first())


def _filled(spans: Iterable[tuple[date, int]]) -> Sequence[dict[str, Any]]:
    return [{"day": day, "count": count} for day, count in spans if count]


def _kept_count(articles: ArticleQuerySet, key: str) -> int:
    """How many there are, as long as nothing with this key is purged."""

    def counted() -> int:
        depends_on(key)
        return articles.count()

    return cached(("count", key), counted)
