"""What an article's head tells machines: schema.org's NewsArticle, Open Graph, the address that counts."""

import json
from typing import Any

from django import template
from django.conf import settings
from django.template.defaultfilters import truncatechars
from django.utils.html import format_html

from broadsheet.newsroom.keys import key_of
from broadsheet.newsroom.models import ArticlePage, Paper, Photo
from broadsheet.newsroom.pictures import crop_of
from broadsheet.newsroom.queries import moment, printable
from broadsheet.pagecache.fragments import depends_on

register = template.Library()
register.filter(moment)
register.filter(printable)
RATIOS = ("16x9", "4x3", "1x1")
# The characters with which text could end a script element or begin a comment in it.
_UNSAFE = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_HEADLINE = 110


class _Script(str):
    """JSON in which nothing can end the script element that it stands in."""

    __slots__ = ()

    def __html__(self) -> str:
        return self.translate(_UNSAFE)


@register.simple_tag
def news_article(article: ArticlePage, paper: Paper) -> str:
    """The script element that describes the article to search engines, in JSON-LD."""
    return format_html(
        '<script type="application/ld+json">{}</script>', _Script(json.dumps(_described(article, paper)))
    )


@register.simple_tag
def absolute(path: str) -> str:
    """The path under the paper's own address."""
    return f"{settings.BASE_URL}{path}"


@register.simple_tag
def shared_picture(photo: Photo) -> str:
    """The picture that stands beside a link to the article elsewhere."""
    depends_on(key_of(photo))
    return absolute(crop_of(photo, ratio="16x9"))


@register.simple_tag
def authors_of(article: ArticlePage) -> list[str]:
    """The addresses of those who wrote it."""
    authors = [entry.author for entry in article.signed_by]
    depends_on(*map(key_of, authors))
    return [absolute(author.get_absolute_url()) for author in authors]


def _described(article: ArticlePage, paper: Paper) -> dict[str, Any]:
    address = absolute(article.get_absolute_url())
    written = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": address,
        "mainEntityOfPage": address,
        "headline": truncatechars(article.title, _HEADLINE),
        "description": article.deck,
        "articleSection": article.section.title,
        "inLanguage": paper.language,
        "datePublished": moment(article.published_at),
        "dateModified": moment(article.updated_at or article.published_at),
        "author": [_person(entry) for entry in article.signed_by] or [_publisher(paper)],
        "publisher": _publisher(paper),
        "image": _pictures(article.lead_image),
        "dateline": article.place,
        "isAccessibleForFree": True,
    }
    return {name: value for name, value in written.items() if value not in ("", [], None)}


def _person(entry: Any) -> dict[str, str]:
    return {"@type": "Person", "name": entry.author.name, "url": absolute(entry.author.get_absolute_url())}


def _publisher(paper: Paper) -> dict[str, str]:
    return {"@type": "NewsMediaOrganization", "name": paper.name, "url": absolute("/")}


def _pictures(photo: Photo | None) -> list[str]:
    return [absolute(crop_of(photo, ratio=ratio)) for ratio in RATIOS] if photo else []
