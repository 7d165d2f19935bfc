"""Queries for sitemaps, feeds and the page cache: rows of articles, texts that XML allows, all and former addresses."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from math import ceil
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import CollectionViewRestriction, PageViewRestriction
from wagtail.models import Page as TreePage

from broadsheet.newsroom.keys import ARCHIVE, BESIDE, CORRECTIONS, LATEST, year_of
from broadsheet.newsroom.models import ArticlePage, ArticleTag, Author, Correction, PlainPage, SectionPage
from broadsheet.newsroom.models.lists import ArticleQuerySet
from broadsheet.newsroom.models.pages import PAGE_SIZE

PER_PAGE = 10_000
NEWS_FOR = timedelta(days=2)
NEWS_AT_MOST = 1000
_BENEATH_ARTICLE = re.compile(r"/(?P<address>[0-9]{4}/[0-9]{2}/[0-9]{2}/[^/]+)/(?P<rest>comments/.+)")
_BENEATH_LIST = re.compile(r"(?P<list>/(?:(?:authors|tags)/)?[^/]+)/(?P<rest>.+)")


def lists_of(article: TreePage) -> frozenset[str]:
    """Return the surrogate keys of the lists that have the article at present; an empty set while it is not public."""
    # From the database and not from the instance, which an editor's form has changed already.
    stored = ArticlePage.objects.published().filter(pk=article.pk)
    rows = stored.values_list("section", "byline__author", "tagged_items__tag", "edition_date", "corrections")
    sections, authors, tags, days, corrections = (
        (set(filter(None, column)) for column in zip(*rows, strict=True)) if rows else ((), (), (), (), ())
    )
    if not sections:
        return frozenset()
    keys = [f"{prefix}sectionpage:{pk}" for pk in sections for prefix in ("in:", BESIDE)]
    keys += [f"in:author:{pk}" for pk in authors] + [f"in:tag:{pk}" for pk in tags]
    keys += [CORRECTIONS] if corrections else []
    return frozenset({ARCHIVE, LATEST, *map(year_of, days), *keys})


def private_names() -> list[str]:
    """Return the titles of the pages and the names of the collections that are private, which the paper hides."""
    pages = PageViewRestriction.objects.order_by("page__path").values_list("page__title", flat=True)
    collections = CollectionViewRestriction.objects.order_by("collection__path")
    return [*pages, *collections.values_list("collection__name", flat=True)]


def with_tag(tag: Tag) -> ArticleQuerySet:
    """Return the published articles that have a tag."""
    tagged = ArticleTag.objects.filter(tag=tag).values("content_object")
    articles: ArticleQuerySet = ArticlePage.objects.published().filter(pk__in=tagged)
    return articles


def corrections_newest_first() -> "QuerySet[Correction]":
    """Return the corrections of published articles, each with its article; those of one day by article, last first."""
    corrections = Correction.objects.filter(article__is_public=True).select_related("article__section")
    return corrections.order_by("-made_on", "-article_id", "-sort_order", "-pk").defer("article__body")


def moment(time: datetime | None) -> str:
    """Return the time in ISO 8601 with the offset of the paper's zone: 2019-03-28T07:00:00-05:00."""
    return timezone.localtime(time).isoformat(timespec="seconds")


def all_articles() -> "Paginator[Any]":
    """Return a paginator of address, update and publication of all articles, by primary key, PER_PAGE to a page."""
    return _Rows(ArticlePage.objects.published().order_by("pk"), PER_PAGE)


class _Rows(Paginator[Any]):
    """A paginator that counts in the articles' index and joins the page tree's table for the rows of a page only."""

    def page(self, number: int | str) -> "Page[Any]":
        page: Page[Any] = super().page(number)
        articles: Any = page.object_list
        page.object_list = articles.values_list("address", "updated_at", "published_at")
        return page


def news_is_over() -> datetime | None:
    """Return the time at which the oldest article of the last two days leaves the news sitemap, or None."""
    recent = ArticlePage.objects.published().filter(published_at__gte=timezone.now() - NEWS_FOR)
    oldest = recent.aggregate(oldest=Min("published_at"))["oldest"]
    return oldest + NEWS_FOR if oldest else None


def latest_news() -> Sequence[ArticlePage]:
    """Return the articles of the last two days, newest first, at most NEWS_AT_MOST, with the columns of the sitemap."""
    recent = ArticlePage.objects.published().filter(published_at__gte=timezone.now() - NEWS_FOR)
    return list(recent.newest_first().only("address", "published_at", "title", "language")[:NEWS_AT_MOST])


def moved_beneath_article(path: str) -> str | None:
    """Return the present path of an address beneath an article whose slug has changed, as of its comments' feed.

    Return None where another article has taken the address, and where the article is off the site.
    """
    match = _BENEATH_ARTICLE.fullmatch(path)
    if match is None or ArticlePage.objects.filter(address=match["address"]).exists():
        return None
    pages = Redirect.objects.filter(old_path=Redirect.normalise_path(f"/{match['address']}/")).values("redirect_page")
    present = ArticlePage.objects.published().filter(pk__in=pages).values_list("address", flat=True).first()
    return f"/{present}/{match['rest']}" if present else None


def moved_beneath_list(path: str) -> str | None:
    """Return the present path of an address beneath a section, an author or a subject whose slug has changed.

    Whatever hangs on the former address of such a list, as its feeds and further pages do, has moved with it. Return
    None where another list has taken that address.
    """
    match = _BENEATH_LIST.fullmatch(path)
    if match is None or _is_list(match["list"]):
        return None
    redirect = Redirect.objects.filter(old_path=Redirect.normalise_path(match["list"])).order_by("pk").last()
    present = (redirect and redirect.link) or ""
    return f"{present.rstrip('/')}/{match['rest']}" if _is_list(present) else None


def _is_list(path: str) -> bool:
    """Say whether a section, an author or a subject has this path."""
    match path.strip("/").split("/"):
        case ["authors", slug]:
            return Author.objects.filter(slug=slug).exists()
        case ["tags", slug]:
            return bool(Tag.objects.filter(slug=slug).exists())
        case [slug]:
            return bool(SectionPage.objects.live().filter(slug=slug).exists())
    return False


def public_paths() -> Iterator[str]:
    """Yield the path of every public page of the newsroom; those that readers open first come first."""
    yield "/"
    yield from chain(_sections(), _plain_pages(), _feeds_and_sitemaps(), _articles(), _archive(), _authors(), _tags())
    yield from _corrections()


def withdrawn_paths() -> Iterator[str]:
    """Yield the paths of articles that were unpublished."""
    unpublished = ArticlePage.objects.filter(is_public=False, address__isnull=False).order_by("pk")
    return (f"/{address}/" for address in unpublished.values_list("address", flat=True))


def _feeds_of(name: str, *args: Any) -> Iterator[str]:
    return (reverse(f"newsroom:{name}_{kind}", args=args) for kind in ("feed", "atom"))


def _corrections() -> Iterator[str]:
    yield from _pages_of(reverse("newsroom:corrections"), corrections_newest_first().count())
    yield from _feeds_of("corrections")


def _sections() -> Iterator[str]:
    published = Q(articles__is_public=True)
    for section in SectionPage.objects.published().order_by("path").annotate(total=Count("articles", filter=published)):
        yield from _pages_of(section.url, section.total)
        yield from _feeds_of("section", section.slug)


def _plain_pages() -> Iterator[str]:
    return (page.url for page in PlainPage.objects.published().order_by("path").defer("body"))


def _feeds_and_sitemaps() -> Iterator[str]:
    names = ("feed", "atom", "robots", "sitemap", "sitemap_pages", "news_sitemap", "logo")
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
    published = Q(byline_entries__article__is_public=True)
    articles = Count("byline_entries__article", filter=published, distinct=True)
    for author in Author.objects.annotate(total=articles):
        yield from _pages_of(author.get_absolute_url(), author.total)
        yield from _feeds_of("author", author.slug)


def _tags() -> Iterator[str]:
    """Yield the pages and feeds of the tags that a published article has; the others have no page."""
    used = ArticleTag.objects.filter(content_object__in=_published().order_by())
    rows = used.order_by("tag__slug").values_list("tag__slug").annotate(total=Count("content_object", distinct=True))
    for slug, total in rows:
        yield from _pages_of(reverse("newsroom:tag", args=[slug]), total)
        yield from _feeds_of("tag", slug)


def _published() -> Any:
    return ArticlePage.objects.published().newest_first()


def _pages_of(first: str, total: int) -> Iterator[str]:
    """Yield the paths of the pages of a list with this total of articles; an empty list has one page too."""
    yield first
    yield from (f"{first}page/{number}/" for number in range(2, ceil(total / PAGE_SIZE) + 1))
