"""RSS and Atom for the paper and for each section: what was published last. Readers' comments are never in them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.views.decorators.http import require_safe

from broadsheet.newsroom.keys import LATEST, key_of, list_of
from broadsheet.newsroom.models import ArticlePage, Paper, SectionPage
from broadsheet.newsroom.models.lists import ArticleQuerySet
from broadsheet.newsroom.queries import printable
from broadsheet.pagecache.fragments import cacheable, depends_on

LENGTH = 30


class _Source:
    """Whose feed it is: the paper's, or one section's."""

    def __init__(self, request: HttpRequest, section: SectionPage | None) -> None:
        self.paper = Paper.load(request_or_site=request)
        self.section = section
        self.path = request.path

    def articles(self) -> ArticleQuerySet:
        """Its articles, the newest first."""
        found = ArticlePage.objects.published()
        if self.section:
            found = found.in_section(self.section.pk)
        wanted: ArticleQuerySet = found.newest_first().for_lists().with_bylines()
        return wanted.prefetch_related("tagged_items__tag")


def _moment(time: datetime | None) -> datetime:
    """In the paper's zone, to the second."""
    return timezone.localtime(time).replace(microsecond=0)


class PaperFeed(Feed):
    """What was published last, in RSS 2.0."""

    feed_type: Any = Rss201rev2Feed

    def get_object(self, request: HttpRequest, slug: str = "") -> _Source:
        """The paper, or its section of that address; raises Http404 for no section."""
        section = get_object_or_404(SectionPage.objects.live(), slug=slug) if slug else None
        cacheable(list_of(section) if section else LATEST)
        return _Source(request, section)

    def title(self, source: _Source) -> str:
        name = source.paper.name
        return printable(f"{name}: {source.section.title}" if source.section else name)

    def link(self, source: _Source) -> str:
        return settings.BASE_URL + (source.section.url if source.section else "/")

    def description(self, source: _Source) -> str:
        return printable(source.section.description if source.section else source.paper.tagline) or self.title(source)

    subtitle = description

    def feed_url(self, source: _Source) -> str:
        return settings.BASE_URL + source.path

    def author_name(self, source: _Source) -> str:
        return printable(source.paper.name)

    def items(self, source: _Source) -> ArticleQuerySet:
        return source.articles()[:LENGTH]

    def item_title(self, item: ArticlePage) -> str:
        depends_on(key_of(item), *[key_of(entry.author) for entry in item.byline.all()])
        depends_on(*[key_of(tagged.tag) for tagged in item.tagged_items.all()])
        return printable(item.title)

    def item_description(self, item: ArticlePage) -> str:
        return printable(item.deck)

    def item_link(self, item: ArticlePage) -> str:
        return settings.BASE_URL + item.get_absolute_url()

    def item_guid(self, item: ArticlePage) -> str:
        """Stays what it is when an article gets another address."""
        return f"urn:uuid:{item.translation_key}"

    item_guid_is_permalink = False

    def item_author_name(self, item: ArticlePage) -> str | None:
        return printable(", ".join(entry.author.name for entry in item.byline.all())) or None

    def item_categories(self, item: ArticlePage) -> list[str]:
        return [
            printable(name) for name in [item.section.title, *[tagged.tag.name for tagged in item.tagged_items.all()]]
        ]

    def item_pubdate(self, item: ArticlePage) -> datetime:
        return _moment(item.published_at)

    def item_updateddate(self, item: ArticlePage) -> datetime:
        return _moment(item.updated_at or item.published_at)


class PaperAtomFeed(PaperFeed):
    """The same in Atom."""

    feed_type = Atom1Feed


rss = require_safe(PaperFeed())
atom = require_safe(PaperAtomFeed())
