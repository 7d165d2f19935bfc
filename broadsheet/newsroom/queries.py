"""Articles as machines ask for them: rows for sitemaps, words that XML can carry, every address there is."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from math import ceil
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from broadsheet.newsroom.keys import ARCHIVE, BESIDE, LATEST, year_of
from broadsheet.newsroom.models import ArticlePage, ArticleTag, Author, PlainPage, SectionPage
from broadsheet.newsroom.models.pages import PAGE_SIZE

PER_PAGE = 10_000
NEWS_FOR = timedelta(days=2)
NEWS_AT_MOST = 1000


def lists_of(article: ArticlePage) -> frozenset[str]:
    """The keys of the lists in which readers find the article, as the database has it now; none while it is hidden."""
    stored = ArticlePage.objects.published().filter(pk=article.pk)
    rows = stored.values_list("section", "byline__author", "tagged_items__tag", "edition_date")
    sections, authors, tags, days = (
        (set(filter(None, column)) for column in zip(*rows, strict=True)) if rows else ((), (), (), ())
    )
    if not sections:
        return frozenset()
    named = [f"{where}sectionpage:{n}" for n in sections for where in ("in:", BESIDE)]
    named += [f"in:author:{n}" for n in authors] + [f"in:tag:{n}" for n in tags]
    return frozenset({ARCHIVE, LATEST, *map(year_of, days), *named})


def printable(text: str) -> str:
    """The text without the characters that XML 1.0 cannot carry."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


def moment(time: datetime | None) -> str:
    """A time as machines read it, with the offset of the paper's zone: 2019-03-28T07:00:00-05:00."""
    return timezone.localtime(time).isoformat(timespec="seconds")


def all_articles() -> "Paginator[Any]":
    """Address, last and first publication of every article, in the order they came in, by ten thousands."""
    return _Rows(ArticlePage.objects.published().order_by("pk"), PER_PAGE)


class _Rows(Paginator[Any]):
    """Counted in an index of articles; the rows want the page tree's table besides."""

    def page(self, number: int | str) -> "Page[Any]":
        page: Page[Any] = super().page(number)
        shown: Any = page.object_list
        page.object_list = shown.values_list("address", "last_published_at", "published_at")
        return page


def news_is_over() -> datetime | None:
    """When the oldest of the last two days' articles is no longer among them; None where there is none."""
    recent = ArticlePage.objects.published().filter(published_at__gte=timezone.now() - NEWS_FOR)
    oldest = recent.aggregate(oldest=Min("published_at"))["oldest"]
    return oldest + NEWS_FOR if oldest else None


def latest_news() -> Sequence[ArticlePage]:
    """What appeared in the last two days, the newest first: address, first publication and headline."""
    recent = ArticlePage.objects.published().filter(published_at__gte=timezone.now() - NEWS_FOR)
    return list(recent.newest_first().only("address", "published_at", "title")[:NEWS_AT_MOST])


def public_paths() -> Iterator[str]:
    """Every address of the newsroom's own pages for readers, what they turn to first at the beginning."""
    yield "/"
    yield from chain(_sections(), _plain_pages(), _for_machines(), _articles(), _archive(), _authors(), _tags())


def withdrawn_paths() -> Iterator[str]:
    """The addresses of articles that were taken down."""
    gone = ArticlePage.objects.not_live().filter(address__isnull=False).order_by("pk")
    return (f"/{address}/" for address in gone.values_list("address", flat=True))


def _sections() -> Iterator[str]:
    published = Q(articles__live=True, articles__published_at__isnull=False)
    for section in SectionPage.objects.live().order_by("path").annotate(number=Count("articles", filter=published)):
        yield from _cut(section.url, section.number)
        yield from (reverse(f"newsroom:section_{kind}", args=[section.slug]) for kind in ("feed", "atom"))


def _plain_pages() -> Iterator[str]:
    return (page.url for page in PlainPage.objects.live().order_by("path").defer("body"))


def _for_machines() -> Iterator[str]:
    names = ("feed", "atom", "robots", "sitemap", "sitemap_pages", "news_sitemap")
    yield from (reverse(f"newsroom:{name}") for name in names)
    yield from (reverse("newsroom:sitemap_articles", args=[number]) for number in all_articles().page_range)


def _articles() -> Iterator[str]:
    return (f"/{address}/" for address in _published().values_list("address", flat=True))


def _archive() -> Iterator[str]:
    days = _published().order_by("-edition_date").values_list("edition_date", flat=True).distinct()
    yield reverse("newsroom:archive")
    for form in ("/%Y/", "/%Y/%m/", "/%Y/%m/%d/"):
        yield from dict.fromkeys(day.strftime(form) for day in days)


def _authors() -> Iterator[str]:
    published = Q(byline_entries__article__live=True, byline_entries__article__published_at__isnull=False)
    written = Count("byline_entries__article", filter=published, distinct=True)
    for author in Author.objects.annotate(number=written):
        yield from _cut(author.get_absolute_url(), author.number)


def _tags() -> Iterator[str]:
    """Subjects of which nothing is to be read have no page."""
    used = ArticleTag.objects.filter(content_object__in=_published().order_by())
    rows = used.order_by("tag__slug").values_list("tag__slug").annotate(number=Count("content_object", distinct=True))
    for slug, number in rows:
        yield from _cut(reverse("newsroom:tag", args=[slug]), number)


def _published() -> Any:
    return ArticlePage.objects.published().newest_first()


def _cut(first: str, number: int) -> Iterator[str]:
    """The addresses of a list of so many articles; an empty one has a page all the same."""
    yield first
    yield from (f"{first}page/{page}/" for page in range(2, ceil(number / PAGE_SIZE) + 1))
