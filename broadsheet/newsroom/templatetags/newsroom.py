"""Puts the newsroom's matter on pages: the composed front page, photographs in their sizes, the byline."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import escape
from wagtail.rich_text import RichText

from broadsheet.newsroom.keys import beside_in, key_of
from broadsheet.newsroom.layout import FrontLayout, compose_front
from broadsheet.newsroom.models import ArticlePage, FrontPage, Photo, SectionPage
from broadsheet.newsroom.pictures import Sources, sources_of
from broadsheet.pagecache.fragments import cached, depends_on

register = template.Library()

RELATED = 10
GAPS = "gaps in the piece"
_TEASER = "newsroom/includes/teaser.html"
_FIRST_PARAGRAPH = re.compile(r"\s*<p(?:\s[^>]*)?>")


@register.simple_tag
def composed(front: FrontPage) -> FrontLayout:
    """What stands where on the front page."""
    return compose_front(front)


@register.inclusion_tag("newsroom/photo.html")
def photo(
    image: Photo, *, alt: str = "", sizes: str = "100vw", eager: bool = False, ratio: str = ""
) -> dict[str, object]:
    """One photograph in three formats and four widths, its room on the page reserved.

    `ratio` crops it around its focal point, e.g. "3x2"; `eager` is for the one picture at the top.
    """
    depends_on(key_of(image))
    sources: Sources = sources_of(image, ratio=ratio)
    return {"sources": sources, "alt": alt, "sizes": sizes, "eager": eager}


@register.simple_tag
def names(thing: Any) -> str:
    """Names the article, author or subject that stands here among what the page shows; puts nothing on it."""
    depends_on(key_of(thing))
    return ""


@register.simple_tag
def related_to(article: ArticlePage) -> list[str]:
    """The teasers of the ten latest others of the same section."""
    section = article.section
    latest = cached(("latest of", section.pk), lambda: _latest_of(section))
    return [teaser for number, teaser in latest if number != article.pk][:RELATED]


def _latest_of(section: SectionPage) -> Sequence[tuple[int, str]]:
    """One more than is shown: under one of them the others are."""
    depends_on(beside_in(section))
    latest = ArticlePage.objects.published().in_section(section).newest_first().for_lists()[: RELATED + 1]
    return [(one.pk, render_to_string(_TEASER, {"article": one, "size": "brief"})) for one in latest]


@dataclass
class _Gaps:
    """Where something fresh stands in a piece that is being made; nobody can guess the mark."""

    mark: str = field(default_factory=token_hex)
    fresh: list["FreshNode"] = field(default_factory=list)


class FreshNode(template.Node):
    """What stands between {% fresh %} and {% endfresh %}."""

    def __init__(self, within: template.NodeList) -> None:
        self.within = within

    def render(self, context: template.Context) -> str:
        """A gap where a piece is being made in the same template, and what stands here everywhere else."""
        gaps: _Gaps | None = context.render_context.get(GAPS)
        if gaps is None:
            return self.within.render(context)
        gaps.fresh.append(self)
        return gaps.mark


class KeptNode(template.Node):
    """What stands between {% kept %} and {% endkept %}."""

    def __init__(self, within: template.NodeList, told_apart: Sequence[template.base.FilterExpression]) -> None:
        self.within = within
        self.told_apart = told_apart

    def render(self, context: template.Context) -> str:
        """Rendered once for all pages where the words behind {% kept %} are the same, but for what is fresh in it."""
        name = tuple(word.resolve(context) for word in self.told_apart)
        between, fresh = cached(name, lambda: self._rendered(context))
        filled = (one.render(context) for one in fresh)
        return "".join(chain.from_iterable(zip_longest(between, filled, fillvalue="")))

    def _rendered(self, context: template.Context) -> tuple[list[str], list[FreshNode]]:
        """What stands between the gaps, and what is to stand in them."""
        around, gaps = context.render_context.get(GAPS), _Gaps()
        context.render_context[GAPS] = gaps
        try:
            html = self.within.render(context)
        finally:
            context.render_context[GAPS] = around
        return html.split(gaps.mark), gaps.fresh


@register.tag("kept")
def keep(parser: template.base.Parser, token: template.base.Token) -> KeptNode:
    """Keeps what many pages have alike: {% kept "rules" terms.pk %}…{% endkept %}.

    It may differ by nothing but these words, the paper, and the keys that are named within.
    """
    words = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    within = parser.parse(["endkept"])
    parser.delete_first_token()
    return KeptNode(within, words)


@register.tag("fresh")
def leave_out(parser: template.base.Parser, token: template.base.Token) -> FreshNode:
    """Leaves something out of the piece around it, to be made each time: {% fresh %}…{% endfresh %}.

    It sees what the template saw before {% kept %}, and stands in the same template, in no included one.
    """
    within = parser.parse(["endfresh"])
    parser.delete_first_token()
    return FreshNode(within)


@register.simple_tag
def opening_of(article: ArticlePage) -> str | None:
    """The id of the paragraph that begins with the dateline; None where the article has no place."""
    paragraphs = (block.id for block in article.body if block.block_type == "paragraph")
    return next(paragraphs, None) if article.place else None


@register.filter
def after_dateline(text: RichText, place: str) -> RichText:
    """The paragraph with its place run in: “BRACKWATER —”."""
    opening = _FIRST_PARAGRAPH.match(text.source)
    start = opening.end() if opening else 0
    dateline = f'<span class="dateline">{escape(place.upper())}\N{NO-BREAK SPACE}—</span> '
    return RichText(text.source[:start] + dateline + text.source[start:])


@register.filter
def host_of(address: str) -> str:
    """The name of the site that an address leads to."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


@register.simple_tag
def numbers_of(page: "Page[object]") -> Iterable[int | str]:
    """The page numbers to be offered: the first, the last and those around this one."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


@register.simple_tag
def search_query(request: HttpRequest) -> str:
    """The question that a search was asked with, to be put behind the addresses of its other pages."""
    asked = request.GET.copy()
    asked.pop("page", None)
    return f"?{asked.urlencode()}" if asked else ""
