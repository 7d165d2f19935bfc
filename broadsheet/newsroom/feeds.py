"""RSS and Atom feeds of the latest articles, for the paper and for each section. They contain no comments."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import escape
from django.views.decorators.http import require_safe

from broadsheet.newsroom.keys import LATEST, key_of, list_of
from broadsheet.newsroom.models import ArticlePage, Paper, SectionPage
from broadsheet.newsroom.models.lists import ArticleQuerySet
from broadsheet.newsroom.queries import printable
from broadsheet.pagecache.fragments import cacheable, depends_on

LENGTH = 30
_DUBLIN_CORE = {"xmlns:dc": "http://purl.org/dc/elements/1.1/"}


class _Rss(Rss201rev2Feed):
    """RSS 2.0 in which an item can have a language of its own, as Dublin Core writes it."""

    def add_root_elements(self, handler: Any) -> None:
        """Write the elements of the feed; feed readers take its description for HTML, too, and must find no element."""
        plain = self.feed["description"]
        self.feed["description"] = plain.replace("<", "&lt;")
        super().add_root_elements(handler)
        self.feed["description"] = plain

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["language"]:
            handler.addQuickElement("dc:language", item["language"], _DUBLIN_CORE)


class _Atom(Atom1Feed):
    """Atom in which an entry can have a language of its own."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        attributes: dict[str, str] = super().item_attributes(item)
        return {**attributes, "xml:lang": item["language"]} if item["language"] else attributes


class _Source:
    """The source of a feed: the paper, or one section."""

    def __init__(self, request: HttpRequest, section: SectionPage | None) -> None:
        self.paper = Paper.load(request_or_site=request)
        self.section = section
        self.path = request.path

    def articles(self) -> ArticleQuerySet:
        """Return the articles, newest first."""
        articles = ArticlePage.objects.published()
        if self.section:
            articles = articles.in_section(self.section.pk)
        complete: ArticleQuerySet = articles.newest_first().for_lists().with_bylines()
        return complete.prefetch_related("tagged_items__tag")


def _moment(time: datetime | None) -> datetime:
    """Return the time in the paper's zone, to the second."""
    return timezone.localtime(time).replace(microsecond=0)


class PaperFeed(Feed):
    """The latest articles in RSS 2.0."""

    feed_type: Any = _Rss

    def get_object(self, request: HttpRequest, slug: str = "") -> _Source:
        """Return the paper or the section with this slug as source; raise Http404 where there is no section."""
        section = get_object_or_404(SectionPage.objects.published(), slug=slug) if slug else None
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
        """Return the deck as HTML: both formats take descriptions for HTML, and a deck is plain text."""
        return str(escape(printable(item.deck)))

    def item_link(self, item: ArticlePage) -> str:
        return settings.BASE_URL + item.get_absolute_url()

    def item_guid(self, item: ArticlePage) -> str:
        """Return an identifier that stays the same when the article gets another address."""
        return f"urn:uuid:{item.translation_key}"

    item_guid_is_permalink = False  # readers would otherwise take the identifier for an address

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

    def item_extra_kwargs(self, item: ArticlePage) -> dict[str, str]:
        return {"language": item.language}


class PaperAtomFeed(PaperFeed):
    """The latest articles in Atom."""

    feed_type = _Atom


rss = require_safe(PaperFeed())
atom = require_safe(PaperAtomFeed())
