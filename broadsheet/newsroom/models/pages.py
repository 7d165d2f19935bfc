"""The front page, the sections and the plain pages."""

import re
from http import HTTPMethod
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page

from broadsheet.newsroom.blocks import BodyBlock
from broadsheet.newsroom.keys import FRONT, LATEST, key_of, list_of
from broadsheet.newsroom.models.articles import READING, ArticlePage
from broadsheet.newsroom.models.lists import ArticlePages, FewManager, page_or_404
from broadsheet.newsroom.models.paper import Paper
from broadsheet.pagecache.fragments import cacheable

PAGE_SIZE = 20
_YEAR = re.compile(r"\d{4}")


def is_reserved(slug: str) -> bool:
    """Says whether the paper needs this first part of an address for itself."""
    return slug in settings.RESERVED_SLUGS or _YEAR.fullmatch(slug) is not None


def check_slug_is_not_reserved(slug: str) -> None:
    """Refuses an address that the paper needs for itself, and years, which are the archive's."""
    if is_reserved(slug):
        raise ValidationError({"slug": f"/{slug}/ is the paper's own address. Choose another."})


class FrontPage(Page):
    """The front page: what an editor has picked, filled up with the latest."""

    allowed_http_methods: ClassVar[list[HTTPMethod]] = READING
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["newsroom.SectionPage", "newsroom.PlainPage"]
    max_count = 1
    template = "newsroom/front.html"
    content_panels = [
        FieldPanel("title", heading="Name", help_text="For the list of pages; readers see the masthead."),
        InlinePanel(
            "slots",
            heading="Top of the page",
            label="Slot",
            max_num=4,
            help_text="First the lead story, then up to three seconds. Empty or expired slots fill themselves with the "
            "latest.",
        ),
        InlinePanel(
            "shown_sections",
            heading="Sections",
            label="Section",
            help_text="In this order. None picked: all sections as they stand in the page tree.",
        ),
    ]

    class Meta:
        verbose_name = "front page"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the address that counts."""
        return {**super().get_context(request, *args, **kwargs), "canonical": request.path}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serves the page, which shows today's date."""
        cacheable(FRONT, LATEST, until=Paper.load(request_or_site=request).midnight())
        return super().serve(request, *args, **kwargs)


class FrontSlot(Orderable):
    """One place at the top: the first is the lead, the others are seconds."""

    front = ParentalKey(FrontPage, on_delete=models.CASCADE, related_name="slots")
    article = models.ForeignKey(
        ArticlePage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Empty: the latest article.",
    )
    until = models.DateTimeField(
        null=True, blank=True, help_text="When the slot goes back to the latest. Empty: it stays."
    )

    panels = [FieldRowPanel([FieldPanel("article"), FieldPanel("until")])]

    def __str__(self) -> str:
        return str(self.article or "the latest")


class FrontSection(Orderable):
    """One section on the front page, led by an article of the editor's choice for a while."""

    front = ParentalKey(FrontPage, on_delete=models.CASCADE, related_name="shown_sections")
    section = models.ForeignKey("newsroom.SectionPage", on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(
        ArticlePage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Stands first in the section. Empty: the latest.",
    )
    until = models.DateTimeField(null=True, blank=True, help_text="When the first place goes back to the latest.")

    panels = [FieldPanel("section"), FieldRowPanel([FieldPanel("article"), FieldPanel("until")])]

    def __str__(self) -> str:
        return str(self.section)


class SectionPage(Page):
    """A section: its articles, newest first. It stands in the masthead while it is shown in menus."""

    description = models.TextField(blank=True, help_text="One sentence that says what is in here.")

    objects: ClassVar[Any] = FewManager()
    allowed_http_methods: ClassVar[list[HTTPMethod]] = READING
    parent_page_types: ClassVar[list[str]] = ["newsroom.FrontPage"]
    subpage_types: ClassVar[list[str]] = ["newsroom.ArticlePage"]
    show_in_menus_default = True
    template = "newsroom/section.html"
    content_panels = [
        TitleFieldPanel("title", heading="Name", help_text="One or two words, as in the masthead."),
        FieldPanel("description"),
    ]

    class Meta:
        verbose_name = "section"

    def get_context(self, request: HttpRequest, *args: Any, number: int = 1, **kwargs: Any) -> dict[str, Any]:
        """Adds one page of the section's articles; raises Http404 beyond the last."""
        pages = ArticlePages(ArticlePage.objects.published().in_section(self.pk).newest_first(), PAGE_SIZE)
        shown = {"articles": page_or_404(pages, number), "canonical": request.path, "summary": self.description}
        return {**super().get_context(request, *args, **kwargs), **shown}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serves one page of the list."""
        cacheable(list_of(self))
        return super().serve(request, *args, **kwargs)

    def clean(self) -> None:
        """Refuses an address that the paper needs for itself."""
        super().clean()
        check_slug_is_not_reserved(self.slug)


class PlainPage(Page):
    """A page that stands by itself: about, contact, rules, privacy."""

    deck = models.TextField(max_length=400, blank=True, help_text="One sentence below the title. May be empty.")
    body = StreamField(BodyBlock(), blank=True)
    in_footer = models.BooleanField("in the foot of every page", default=True)

    objects: ClassVar[Any] = FewManager()
    allowed_http_methods: ClassVar[list[HTTPMethod]] = READING
    parent_page_types: ClassVar[list[str]] = ["newsroom.FrontPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "newsroom/plain.html"
    content_panels = [
        TitleFieldPanel("title", heading="Headline", help_text="As in the foot of the pages."),
        FieldPanel("deck"),
        FieldPanel("body", help_text="Paragraphs, subheads, quotes, pictures, lists, tables, films, in any order."),
        FieldPanel("in_footer", help_text="About, contact, rules and privacy belong there."),
    ]

    class Meta:
        verbose_name = "plain page"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the address that counts and the page in one sentence."""
        return {**super().get_context(request, *args, **kwargs), "canonical": request.path, "summary": self.deck}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serves the page."""
        cacheable(key_of(self))
        return super().serve(request, *args, **kwargs)

    def clean(self) -> None:
        """Refuses an address that the paper needs for itself."""
        super().clean()
        check_slug_is_not_reserved(self.slug)
