"""Tags and filters of the newsroom's templates: front page layout, photographs, fragment cache, dateline, paging."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import escape, format_html, format_html_join
from django.utils.translation import get_language
from wagtail.rich_text import RichText

from broadsheet.core.languages import direction_of
from broadsheet.newsroom.keys import beside_in, key_of
from broadsheet.newsroom.layout import FrontLayout, compose_front
from broadsheet.newsroom.models import ArticlePage, FrontPage, Photo, SectionPage
from broadsheet.newsroom.pictures import FALLBACK, Sources, sources_of
from broadsheet.pagecache.fragments import cached, depends_on

register = template.Library()

RELATED = 10
_TEASER = "newsroom/includes/teaser.html"
# An address in plain text, with brackets only in pairs, as in (https://a.example/Quay_(harbour)).
_ADDRESS = re.compile(r"""https?://(?:\([^\s()<>"]*\)|[^\s()<>"])+(?<![.,;:!?'])""")
_FIRST_PARAGRAPH = re.compile(r"\s*<p(?:\s[^>]*)?>")


@register.filter
def linked(text: str) -> str:
    """Return plain text as HTML in which addresses are links: quotations, subheadings and cells have no other links."""
    parts, end = list[str](), 0
    for match in _ADDRESS.finditer(text):
        parts += [text[end : match.start()], format_html('<a href="{}">{}</a>', match[0], match[0])]
        end = match.end()
    return format_html_join("", "{}", ((part,) for part in [*parts, text[end:]]))


@register.simple_tag
def composed(front: FrontPage) -> FrontLayout:
    """Return the layout of the front page."""
    return compose_front(front)


@register.inclusion_tag("newsroom/photo.html")
def photo(
    image: Photo,
    *,
    alt: str = "",
    sizes: str = "100vw",
    eager: bool = False,
    ratio: str = "",
    natural: bool = False,
) -> dict[str, object]:
    """Show a photograph in three formats and four widths, with its size reserved on the page.

    `ratio`, e.g. "3x2", crops it around its focal point; `eager` is for the picture at the top of a page. With
    `natural`, a small picture is shown in its own size, and not as wide as the column.
    """
    depends_on(key_of(image))
    sources: Sources = sources_of(image, ratio=ratio)
    is_small = natural and sources.widest < FALLBACK
    if is_small:
        sizes = f"(max-width: {sources.widest}px) 100vw, {sources.widest}px"
    return {"sources": sources, "alt": alt, "sizes": sizes, "eager": eager, "is_small": is_small}


@register.simple_tag
def related_to(article: ArticlePage) -> list[str]:
    """Return the teasers of the RELATED latest other articles of the section."""
    section = article.section
    latest = cached("latest", lambda: _latest_of(section), on=[beside_in(section)], is_localised=True)
    return [teaser for pk, teaser in latest if pk != article.pk][:RELATED]


def _latest_of(section: SectionPage) -> Sequence[tuple[int, str]]:
    """Return the primary keys and teasers of RELATED + 1 articles, because an article leaves out itself."""
    latest = ArticlePage.objects.published().in_section(section).newest_first().for_lists()[: RELATED + 1]
    return [(article.pk, render_to_string(_TEASER, {"article": article, "size": "brief"})) for article in latest]


@register.simple_tag
def opening_of(article: ArticlePage) -> str | None:
    """Return the id of the paragraph that begins with the dateline, or None for an article without a place."""
    paragraphs = (block.id for block in article.body if block.block_type == "paragraph")
    return next(paragraphs, None) if article.place else None


@register.filter
def after_dateline(text: RichText, place: str) -> RichText:
    """Return the paragraph with the dateline before its text: “BRACKWATER —”."""
    # The dateline runs in with the first line, so it has to go inside the editor's own <p>.
    opening = _FIRST_PARAGRAPH.match(text.source)
    start = opening.end() if opening else 0
    dateline = f'<span class="dateline">{escape(place.upper())}\N{NO-BREAK SPACE}—</span> '
    return RichText(text.source[:start] + dateline + text.source[start:])


@register.simple_tag
def language_of(article: ArticlePage) -> str:
    """Return the `lang` and `dir` attributes of an element in the article's language, where it is not the paper's."""
    own = article.language
    return "" if own in {"", get_language()} else format_html(' lang="{}" dir="{}"', own, direction_of(own))


@register.simple_tag
def language_of_paper(article: ArticlePage) -> str:
    """Return the `lang` and `dir` attributes of the paper's words within an element that has the article's."""
    if article.language in {"", get_language()}:
        return ""
    return format_html(' lang="{}" dir="{}"', get_language(), direction_of(str(get_language())))


@register.filter
def host_of(address: str) -> str:
    """Return the host name of an address without “www.”."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


@register.filter
def web_address(address: str) -> str:
    """Return an http or https address; empty for another scheme, which no form accepts, but which may be stored."""
    return address if urlsplit(address).scheme in {"http", "https"} else ""


@register.simple_tag
def numbers_of(page: "Page[object]") -> Iterable[int | str]:
    """Return the page numbers to offer: the first, the last and those around the current page."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


@register.simple_tag
def search_query(request: HttpRequest) -> str:
    """Return the query string of a search for the addresses of its other pages."""
    query = request.GET.copy()
    query.pop("page", None)  # page numbers are in the path; links of other sites may still carry one
    return f"?{query.urlencode()}" if query else ""


@register.simple_tag
def search_ordered(request: HttpRequest, order: str) -> str:
    """Return the address of the first page of a search in another order."""
    query = request.GET.copy()
    query.pop("order", None)
    if order:
        query["order"] = order
    return f"/search/?{query.urlencode()}"
