"""RSS and Atom feeds of the latest articles of the paper, a section, an author and a subject, and of corrections.

They contain no comments.
"""

from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from typing import Any
from urllib.parse import urljoin
from uuid import uuid5

import nh3
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Enclosure
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag

from broadsheet.core.feed_formats import (
    AtomFormat,
    FeedPicture,
    PaperFeedView,
    RssFormat,
    absolute,
    printable,
    to_the_second,
)
from broadsheet.core.languages import direction_of
from broadsheet.newsroom.keys import CORRECTIONS, LATEST, key_of, list_of
from broadsheet.newsroom.models import ArticlePage, Author, Correction, Paper, SectionPage
from broadsheet.newsroom.models.lists import ArticleQuerySet
from broadsheet.newsroom.pictures import picture_for_feeds, with_pictures_for_feeds
from broadsheet.newsroom.queries import corrections_newest_first, with_tag
from broadsheet.pagecache.fragments import cacheable, depends_on

LENGTH = 30
# What other sites show of an article; the rest of our markup is for our style sheet.
_TEXT = {"p", "h2", "h3", "h4", "ol", "ul", "li", "blockquote", "pre", "code", "a", "b", "strong", "i", "em", "br"}
_ELEMENTS = {*_TEXT, "s", "del", "sup", "sub", "div", "figure", "figcaption", "img"}
_ELEMENTS |= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {
    "a": {"href"},
    "div": {"lang", "dir"},
    "img": {"src", "width", "height", "alt"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}


@dataclass
class _Source:
    """The source of a feed: the paper, or a list of its articles."""

    request: HttpRequest
    name: str = ""  # of the list; empty for the whole paper
    path: str = "/"
    about: str = ""
    listed: ArticleQuerySet | None = None

    @cached_property
    def paper(self) -> Paper:
        return Paper.load(request_or_site=self.request)

    @property
    def title(self) -> str:
        return f"{self.paper.name}: {self.name}" if self.name else self.paper.name

    @property
    def feed_path(self) -> str:
        return self.request.path

    @property
    def description(self) -> str:
        return printable(self.about or ("" if self.name else self.paper.tagline)) or printable(self.title)

    def articles(self) -> ArticleQuerySet:
        """Return the articles with all that an item needs, newest first."""
        listed = ArticlePage.objects.published() if self.listed is None else self.listed
        newest = with_pictures_for_feeds(listed.newest_first().for_lists().with_bylines())
        # With the text, of which the summary is made where there is no deck.
        complete: ArticleQuerySet = newest.defer(None).prefetch_related("tagged_items__tag", "corrections")
        return complete[:LENGTH]


class ArticleFeed(PaperFeedView):
    """The latest articles of the paper."""

    def get_object(self, request: HttpRequest) -> _Source:
        """Return the source; a class for a list raises Http404 where there is none with this slug."""
        cacheable(LATEST)
        return _Source(request)

    def description(self, source: _Source) -> str:
        return source.description

    subtitle = description

    def items(self, source: _Source) -> ArticleQuerySet:
        return source.articles()

    def item_title(self, item: ArticlePage) -> str:
        depends_on(key_of(item), *[key_of(entry.author) for entry in item.byline.all()])
        depends_on(*[key_of(tagged.tag) for tagged in item.tagged_items.all()])
        return printable(item.title)

    def item_description(self, item: ArticlePage) -> str:
        """Return the summary as HTML: both formats take descriptions for HTML, and a summary is plain text."""
        return str(escape(printable(item.summary)))

    def item_link(self, item: ArticlePage) -> str:
        return absolute(item.get_absolute_url())

    def item_comments(self, item: ArticlePage) -> str:
        return f"{self.item_link(item)}#comments"

    def item_guid(self, item: ArticlePage) -> str:
        """Return an identifier that stays the same when the article gets another address."""
        return f"urn:uuid:{item.translation_key}"

    def item_author_name(self, item: ArticlePage) -> str | None:
        return printable(", ".join(entry.author.name for entry in item.byline.all())) or None

    def item_categories(self, item: ArticlePage) -> list[str]:
        return [
            printable(name) for name in [item.section.title, *[tagged.tag.name for tagged in item.tagged_items.all()]]
        ]

    def item_pubdate(self, item: ArticlePage) -> datetime:
        return to_the_second(item.published_at)

    def item_updateddate(self, item: ArticlePage) -> datetime:
        return to_the_second(item.updated_at or item.published_at)

    def item_enclosures(self, item: ArticlePage) -> list[Enclosure]:
        picture = _picture_of(item)
        return [picture.as_enclosure()] if picture else []

    def item_extra_kwargs(self, item: ArticlePage) -> dict[str, Any]:
        paper, picture = Paper.current(), _picture_of(item)
        full_text = _full_text(item, picture, paper.language) if paper.full_text_in_feeds else ""
        return {"language": item.language, "picture": picture, "full_text": full_text}


def _full_text(article: ArticlePage, picture: FeedPicture | None, language: str) -> str:
    """Return the whole article as HTML for other sites: few elements, no styles or scripts, absolute addresses."""
    own = article.language or language
    context = {"article": article, "picture": picture, "language": own, "direction": direction_of(own)}
    html = render_to_string("newsroom/feeds/full_text.html", context)
    here = absolute(article.get_absolute_url())

    def absolute_address(_element: str, attribute: str, value: str) -> str:
        return urljoin(here, value) if attribute in {"href", "src"} else value

    return printable(
        nh3.clean(
            html,
            tags=_ELEMENTS,
            attributes=_ATTRIBUTES,
            attribute_filter=absolute_address,
            clean_content_tags={"script", "style", "svg"},
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel=None,
        ).strip()
    )


def _picture_of(article: ArticlePage) -> FeedPicture | None:
    photo = article.lead_image
    if photo is None:
        return None
    depends_on(key_of(photo))
    return picture_for_feeds(photo, alt=printable(article.lead_alt), credit=printable(photo.credit))


class SectionFeed(ArticleFeed):
    """The latest articles of a section."""

    def get_object(self, request: HttpRequest, slug: str = "") -> _Source:
        section = get_object_or_404(SectionPage.objects.published(), slug=slug)
        cacheable(list_of(section))
        articles = ArticlePage.objects.published().in_section(section.pk)
        return _Source(request, section.title, section.url, section.description, articles)


class AuthorFeed(ArticleFeed):
    """The latest articles of an author."""

    def get_object(self, request: HttpRequest, slug: str = "") -> _Source:
        author = get_object_or_404(Author, slug=slug)
        cacheable(key_of(author), list_of(author))
        articles = ArticlePage.objects.published().filter(pk__in=author.byline_entries.values("article"))
        return _Source(request, author.name, author.get_absolute_url(), author.bio, articles)


class TagFeed(ArticleFeed):
    """The latest articles on a subject."""

    def get_object(self, request: HttpRequest, slug: str = "") -> _Source:
        tag = get_object_or_404(Tag, slug=slug)
        articles = with_tag(tag)
        if not articles.exists():
            raise Http404("No article has this tag.")
        cacheable(key_of(tag), list_of(tag))
        return _Source(request, tag.name, reverse("newsroom:tag", args=[slug]), listed=articles)


class CorrectionFeed(PaperFeedView):
    """The latest corrections."""

    def get_object(self, request: HttpRequest) -> _Source:
        cacheable(CORRECTIONS)
        return _Source(request, _("Corrections"), reverse("newsroom:corrections"))

    def description(self, source: _Source) -> str:
        return printable(_("The corrections of all articles"))

    subtitle = description

    def items(self, source: _Source) -> list[Correction]:
        return list(corrections_newest_first()[:LENGTH])

    def item_title(self, item: Correction) -> str:
        depends_on(key_of(item.article))
        return printable(_("Correction: %(headline)s") % {"headline": item.article.title})

    def item_description(self, item: Correction) -> str:
        return str(linebreaksbr(printable(item.text)))

    def item_link(self, item: Correction) -> str:
        return absolute(f"{item.article.get_absolute_url()}#corrections")

    def item_guid(self, item: Correction) -> str:
        """Return an identifier made of the date and the words: each publication gives the row another number."""
        return uuid5(item.article.translation_key, f"{item.made_on} {item.text}").urn

    def item_pubdate(self, item: Correction) -> datetime:
        return datetime.combine(item.made_on, time(), tzinfo=timezone.get_current_timezone())

    item_updateddate = item_pubdate

    def item_extra_kwargs(self, item: Correction) -> dict[str, Any]:
        return {"language": item.article.language}


def _in_both_formats(feed: type[PaperFeedView]) -> tuple[Any, Any]:
    return require_safe(feed(RssFormat)), require_safe(feed(AtomFormat))


rss, atom = _in_both_formats(ArticleFeed)
section_rss, section_atom = _in_both_formats(SectionFeed)
author_rss, author_atom = _in_both_formats(AuthorFeed)
tag_rss, tag_atom = _in_both_formats(TagFeed)
corrections_rss, corrections_atom = _in_both_formats(CorrectionFeed)
