"""The metadata in the head of a page: schema.org's NewsArticle, Open Graph and the canonical address."""

import json
from functools import partial
from typing import Any

from django import template
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.html import format_html

from broadsheet.core.feed_formats import absolute, printable
from broadsheet.core.languages import news_language, open_graph_locale
from broadsheet.newsroom.keys import key_of
from broadsheet.newsroom.models import ArticlePage, Paper, Photo
from broadsheet.newsroom.pictures import crop_of, logo_of
from broadsheet.newsroom.queries import moment
from broadsheet.pagecache.fragments import cached, depends_on

register = template.Library()
register.simple_tag(absolute)
register.filter(moment)
register.filter(printable)
register.filter(news_language)
register.filter(open_graph_locale)
RATIOS = ("16x9", "4x3", "1x1")
# The characters that could end a script element, or begin a comment in it.
_UNSAFE = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_HEADLINE = 110  # characters, the limit of Google's guidelines for NewsArticle


class _Script(str):
    """JSON for a script element, in which the characters that could end the element are escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        return self.translate(_UNSAFE)


@register.simple_tag
def news_article(article: ArticlePage, paper: Paper) -> str:
    """Return the script element with the article's metadata in JSON-LD."""
    return format_html('<script type="application/ld+json">{}</script>', _Script(json.dumps(_metadata(article, paper))))


@register.simple_tag
def shared_picture(photo: Photo) -> str:
    """Return the address of the picture that other sites show with a link to the article."""
    depends_on(key_of(photo))
    return absolute(crop_of(photo, ratio="16x9"))


@register.simple_tag
def authors_of(article: ArticlePage) -> list[str]:
    """Return the addresses of the authors' pages."""
    authors = [entry.author for entry in article.byline_with_authors]
    depends_on(*map(key_of, authors))
    return [absolute(author.get_absolute_url()) for author in authors]


def _metadata(article: ArticlePage, paper: Paper) -> dict[str, Any]:
    address = absolute(article.get_absolute_url())
    properties = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": address,
        "mainEntityOfPage": address,
        "headline": truncatechars(article.title, _HEADLINE),
        "description": article.summary,
        "articleSection": article.section.title,
        "inLanguage": article.language or paper.language,
        "datePublished": moment(article.published_at),
        "dateModified": moment(article.updated_at or article.published_at),
        "author": [_person(entry) for entry in article.byline_with_authors] or [_publisher(paper)],
        "publisher": _publisher(paper),
        "image": _pictures(article.lead_image),
        "dateline": article.place,
        "isAccessibleForFree": True,
    }
    return {name: value for name, value in properties.items() if value not in ("", [], None)}


def _person(entry: Any) -> dict[str, str]:
    return {"@type": "Person", "name": entry.author.name, "url": absolute(entry.author.get_absolute_url())}


def _publisher(paper: Paper) -> dict[str, Any]:
    logo = {"@type": "ImageObject", "url": cached("logo", partial(_logo, paper.logo_id))}
    return {"@type": "NewsMediaOrganization", "name": paper.name, "url": absolute("/"), "logo": logo}


def _logo(pk: int | None) -> str:
    """Return the address of the uploaded logo, or of the paper's initial."""
    photo = Photo.objects.filter(pk=pk).first() if pk else None
    if photo is None:
        return absolute(reverse("newsroom:logo"))
    depends_on(key_of(photo))
    return absolute(logo_of(photo))


def _pictures(photo: Photo | None) -> list[str]:
    return [absolute(crop_of(photo, ratio=ratio)) for ratio in RATIOS] if photo else []
