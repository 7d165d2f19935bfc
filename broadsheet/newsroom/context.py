"""What every page shows around its matter: the masthead, the sections, the pages in the foot."""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page

from broadsheet.newsroom.models import Paper, PlainPage, SectionPage
from broadsheet.pagecache.fragments import cached


class Way(NamedTuple):
    """A page that every page leads to."""

    pk: int
    url: str
    title: str


def paper(request: HttpRequest) -> dict[str, Any]:
    """Gives the templates the paper, its sections and its plain pages; each is asked for only where it is shown."""
    return {
        "paper": Paper.load(request_or_site=request),
        "sections": SimpleLazyObject(partial(cached, "sections", _sections)),
        "footer_pages": SimpleLazyObject(partial(cached, "footer pages", _footer_pages)),
        "base_url": settings.BASE_URL,
        "demo": settings.DEMO,
    }


def _sections() -> list[Way]:
    return _ways(SectionPage.objects.live().in_menu().order_by("path"))


def _footer_pages() -> list[Way]:
    return _ways(PlainPage.objects.live().filter(in_footer=True).order_by("path").defer("body"))


def _ways(pages: Iterable[Page]) -> list[Way]:
    return [Way(page.pk, page.url, page.title) for page in pages]
