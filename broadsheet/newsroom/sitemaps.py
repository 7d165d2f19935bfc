"""robots.txt, the sitemap in pages of 10,000 addresses, and the news sitemap of the last two days."""

from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broadsheet.newsroom.keys import LATEST, SITEMAPS, key_of
from broadsheet.newsroom.models import ArticlePage, Author, PlainPage, SectionPage
from broadsheet.newsroom.models.lists import page_or_404
from broadsheet.newsroom.queries import all_articles, latest_news, moment, news_is_over
from broadsheet.pagecache.fragments import cacheable, depends_on

XML = "application/xml; charset=utf-8"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Serve robots.txt, which excludes the pages that are not for reading, and names the sitemaps."""
    cacheable()
    rules = [f"Disallow: {path}" for path in settings.HIDDEN_FROM_ROBOTS]
    maps = [f"Sitemap: {settings.BASE_URL}/{name}" for name in ("sitemap.xml", "news-sitemap.xml")]
    lines = ["User-agent: *", *rules, "", *maps, ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Serve the index of the sitemaps: one of pages, and one for each ten thousand articles."""
    cacheable(SITEMAPS)
    times = ArticlePage.objects.published().aggregate(Max("updated_at"), Max("published_at")).values()
    last = max(filter(None, times), default=None)
    numbers = all_articles().page_range
    return _xml(request, "sitemap.xml", {"numbers": numbers, "last": moment(last) if last else None})


@require_safe
def sitemap_of_pages(request: HttpRequest) -> HttpResponse:
    """Serve the sitemap of the front page, sections, plain pages and authors, of the archive and the corrections."""
    cacheable(SITEMAPS)
    sections = [section.url for section in SectionPage.objects.published().order_by("path")]
    pages = [page.url for page in PlainPage.objects.published().order_by("path").defer("body")]
    authors = [author.get_absolute_url() for author in Author.objects.all()]
    return _xml(
        request, "sitemap_pages.xml", {"paths": ["/", *sections, *pages, *authors, "/archive/", "/corrections/"]}
    )


@require_safe
def sitemap_of_articles(request: HttpRequest, number: int) -> HttpResponse:
    """Serve a sitemap of ten thousand articles with the time of their last update, by primary key."""
    cacheable(SITEMAPS)
    rows = page_or_404(all_articles(), number)
    entries = [(address, moment(updated or published)) for address, updated, published in rows]
    return _xml(request, "sitemap_articles.xml", {"rows": entries})


@require_safe
def news_sitemap(request: HttpRequest) -> HttpResponse:
    """Serve the news sitemap of the last two days, in the format of Google News."""
    cacheable(LATEST, until=news_is_over())
    news = latest_news()
    depends_on(*[key_of(article) for article in news])
    return _xml(request, "news_sitemap.xml", {"news": news})


def _xml(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"newsroom/feeds/{template}", context, content_type=XML)
