"""How many articles each year, month, day and section has, in the paper's calendar, and which come before and after.

Each number is counted by itself, in an index that has nothing but public articles: no question grows with the paper.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from broadsheet.newsroom.models import ArticlePage, SectionPage


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
    spans = range(all_time.earlier.year, all_time.later.year - 1, -1)
    return _counted((date(year, 1, 1), ArticlePage.objects.published().dated(year)) for year in spans)


def months_of(year: int) -> Sequence[dict[str, Any]]:
    """Each month of a year that has articles, in order."""
    months = range(1, 13)
    return _counted((date(year, month, 1), ArticlePage.objects.published().dated(year, month)) for month in months)


def days_of(year: int, month: int) -> Sequence[dict[str, Any]]:
    """Each day of a month that has articles, in order."""
    articles = ArticlePage.objects.published().dated(year, month)
    return list(articles.order_by("edition_date").values("edition_date").annotate(count=Count("pk")))


def sections() -> QuerySet[SectionPage]:
    """Every section with its number of articles as `count`, in the order of the page tree."""
    articles = ArticlePage.objects.published().filter(section=OuterRef("pk")).order_by().values("section")
    counted = Subquery(articles.annotate(number=Count("pk")).values("number"))
    found: QuerySet[SectionPage] = SectionPage.objects.live().annotate(count=Coalesce(counted, 0))
    return found.order_by("path")


def around(first: date, last: date) -> Neighbours:
    """The nearest days with articles before `first` and after `last`."""
    days = ArticlePage.objects.published().values_list("edition_date", flat=True)
    earlier = days.filter(edition_date__lt=first).order_by("-edition_date").first()
    return Neighbours(earlier, days.filter(edition_date__gt=last).order_by("edition_date").first())


def _counted(spans: Iterable[tuple[date, Any]]) -> Sequence[dict[str, Any]]:
    counted = ({"day": day, "count": articles.count()} for day, articles in spans)
    return [one for one in counted if one["count"]]
