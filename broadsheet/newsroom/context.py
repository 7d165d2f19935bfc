"""The template variables of the masthead and the footer, which every page has."""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page

from broadsheet.newsroom.models import Paper, PlainPage, SectionPage
from broadsheet.pagecache.fragments import cached


class NavigationEntry(NamedTuple):
    """A link of the masthead or the footer."""

    pk: int
    url: str
    title: str


def paper(request: HttpRequest) -> dict[str, Any]:
    """Return the paper, its sections and its plain pages; the lists are queried only where a template shows them."""
    return {
        "paper": Paper.load(request_or_site=request),
        # Lazy, because the desk and the sitemaps show neither list.
        "sections": SimpleLazyObject(partial(cached, "sections", _sections)),
        "footer_pages": SimpleLazyObject(partial(cached, "footer pages", _footer_pages)),
        "base_url": settings.BASE_URL,
        "demo": settings.DEMO,
    }


def _sections() -> list[NavigationEntry]:
    return _entries(SectionPage.objects.published().in_menu().order_by("path"))


def _footer_pages() -> list[NavigationEntry]:
    return _entries(PlainPage.objects.published().filter(in_footer=True).order_by("path").defer("body"))


def _entries(pages: Iterable[Page]) -> list[NavigationEntry]:
    return [NavigationEntry(page.pk, page.url, page.title) for page in pages]
