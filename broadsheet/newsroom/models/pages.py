"""The front page, the sections and the plain pages."""

import re
from datetime import datetime
from http import HTTPMethod
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page

from broadsheet.newsroom.blocks import BODY_HELP, BodyBlock, photos_in
from broadsheet.newsroom.keys import FRONT, LATEST, key_of, list_of
from broadsheet.newsroom.models.articles import READING, ArticlePage
from broadsheet.newsroom.models.bulk_pages import fill_slug
from broadsheet.newsroom.models.lists import ArticlePages, FewManager, page_or_404
from broadsheet.newsroom.models.paper import Paper
from broadsheet.newsroom.models.photos import check_embargoes
from broadsheet.newsroom.panels import PageForm, PhotographedPageForm
from broadsheet.pagecache.fragments import cacheable

PAGE_SIZE = 20
_YEAR = re.compile(r"\d{4}")


def is_reserved(slug: str) -> bool:
    """Say whether this first part of an address belongs to the paper itself: a word of RESERVED_SLUGS, or a year."""
    return slug in settings.RESERVED_SLUGS or _YEAR.fullmatch(slug) is not None


def check_slug_is_not_reserved(slug: str) -> None:
    """Raise ValidationError for a slug that belongs to the paper itself."""
    if is_reserved(slug):
        message = _("The paper uses the address /%(slug)s/ itself. Please choose another.")
        raise ValidationError({"slug": message % {"slug": slug}})


class FrontPage(Page):
    """The front page: the articles that an editor has picked, then the latest."""

    allowed_http_methods: ClassVar[list[HTTPMethod]] = READING
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["newsroom.SectionPage", "newsroom.PlainPage"]
    max_count = 1
    template = "newsroom/front.html"
    content_panels = [
        FieldPanel("title", heading=_("Name"), help_text=_("For the list of pages; readers see the masthead.")),
        InlinePanel(
            "slots",
            heading=_("Top of the page"),
            label=_("Slot"),
            max_num=4,
            help_text=_(
                "The lead story first, then up to three seconds. The latest articles fill empty and expired slots."
            ),
        ),
        InlinePanel(
            "shown_sections",
            heading=_("Sections"),
            label=pgettext_lazy("newspaper", "Section"),
            help_text=_("In this order. If you pick none, all sections appear in the order of the page tree."),
        ),
    ]

    promote_panels: ClassVar[list[FieldPanel]] = []

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the context with the canonical path."""
        return {**super().get_context(request, *args, **kwargs), "canonical": request.path}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serve the page, which is right until midnight because it shows the date."""
        cacheable(FRONT, LATEST, until=Paper.load(request_or_site=request).midnight())
        return super().serve(request, *args, **kwargs)


class FrontSlot(Orderable):
    """One place at the top of the front page: the first is the lead, the others are seconds."""

    front = ParentalKey(FrontPage, on_delete=models.CASCADE, related_name="slots")
    article = models.ForeignKey(
        ArticlePage,
        verbose_name=_("article"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Leave empty for the latest article."),
    )
    until = models.DateTimeField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("The time from which the slot shows the latest article again. Leave empty to keep the article."),
    )

    panels = [FieldRowPanel([FieldPanel("article"), FieldPanel("until")])]

    class Meta(Orderable.Meta):
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return str(self.article or _("the latest article"))


class FrontSection(Orderable):
    """One section on the front page, with the article that an editor puts first in it for a while."""

    front = ParentalKey(FrontPage, on_delete=models.CASCADE, related_name="shown_sections")
    section = models.ForeignKey(
        "newsroom.SectionPage", verbose_name=_("section"), on_delete=models.CASCADE, related_name="+"
    )
    article = models.ForeignKey(
        ArticlePage,
        verbose_name=_("article"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The first article of the section. Leave empty for the latest."),
    )
    until = models.DateTimeField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("The time from which the latest article comes first again."),
    )

    panels = [FieldPanel("section"), FieldRowPanel([FieldPanel("article"), FieldPanel("until")])]

    class Meta(Orderable.Meta):
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return str(self.section)


class SectionPage(Page):
    """A section: its articles, newest first. The masthead lists it while it is shown in menus."""

    description = models.TextField(
        _("description"), blank=True, help_text=_("One sentence that says what the section covers.")
    )

    objects: ClassVar[Any] = FewManager()
    allowed_http_methods: ClassVar[list[HTTPMethod]] = READING
    parent_page_types: ClassVar[list[str]] = ["newsroom.FrontPage"]
    subpage_types: ClassVar[list[str]] = ["newsroom.ArticlePage"]
    base_form_class = PageForm
    show_in_menus_default = True
    template = "newsroom/section.html"
    content_panels = [
        TitleFieldPanel(
            "title", heading=_("Name"), placeholder=_("Name"), help_text=_("One or two words, as in the masthead.")
        ),
        FieldPanel("description"),
    ]

    promote_panels = [
        FieldPanel("slug"),
        FieldPanel("show_in_menus", heading=_("In the masthead"), help_text=_("The masthead lists this section.")),
    ]

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def get_context(self, request: HttpRequest, *args: Any, number: int = 1, **kwargs: Any) -> dict[str, Any]:
        """Return the context with one page of the section's articles; raise Http404 beyond the last."""
        pages = ArticlePages(ArticlePage.objects.published().in_section(self.pk).newest_first(), PAGE_SIZE)
        shown = {"articles": page_or_404(pages, number), "canonical": request.path, "summary": self.description}
        return {**super().get_context(request, *args, **kwargs), **shown}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serve one page of the list."""
        cacheable(list_of(self))
        return super().serve(request, *args, **kwargs)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Give a page without a slug one of its title first."""
        fill_slug(self, is_taken=is_reserved)
        super().full_clean(*args, **kwargs)

    def minimal_clean(self) -> None:
        """Give a draft without a slug one of its title first."""
        fill_slug(self, is_taken=is_reserved)
        super().minimal_clean()

    def clean(self) -> None:
        """Raise ValidationError for a slug that belongs to the paper itself."""
        super().clean()
        check_slug_is_not_reserved(self.slug)


class PlainPage(Page):
    """A page outside the sections: about, contact, rules, privacy."""

    deck = models.TextField(
        _("deck"), max_length=400, blank=True, help_text=_("One sentence below the title. Optional.")
    )
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)
    in_footer = models.BooleanField(_("in the footer of every page"), default=True)

    objects: ClassVar[Any] = FewManager()
    allowed_http_methods: ClassVar[list[HTTPMethod]] = READING
    parent_page_types: ClassVar[list[str]] = ["newsroom.FrontPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "newsroom/plain.html"
    base_form_class = PhotographedPageForm
    content_panels = [
        TitleFieldPanel(
            "title", heading=_("Headline"), placeholder=_("Headline"), help_text=_("As in the footer of the pages.")
        ),
        FieldPanel("deck"),
        FieldPanel("body", help_text=BODY_HELP),
        FieldPanel("in_footer", help_text=_("For about, contact, rules and privacy.")),
    ]

    promote_panels = [FieldPanel("slug"), FieldPanel("search_description")]

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    def publish(self, revision: Any, *args: Any, **options: Any) -> Any:
        """Publish or schedule the revision; raise PhotoUnderEmbargo for a photograph whose embargo ends later."""
        self.check_embargoes(None, self.body, go_live_at=self.go_live_at)
        return super().publish(revision, *args, **options)

    def check_embargoes(self, _: None, body: Any, *, go_live_at: datetime | None) -> None:
        """Raise PhotoUnderEmbargo where one of the photographs in the text must not be published yet."""
        check_embargoes(photos_in(body), go_live_at=go_live_at)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the context with the canonical path and the page in one sentence."""
        return {**super().get_context(request, *args, **kwargs), "canonical": request.path, "summary": self.deck}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serve the page."""
        cacheable(key_of(self))
        return super().serve(request, *args, **kwargs)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Give a page without a slug one of its title first."""
        fill_slug(self, is_taken=is_reserved)
        super().full_clean(*args, **kwargs)

    def minimal_clean(self) -> None:
        """Give a draft without a slug one of its title first."""
        fill_slug(self, is_taken=is_reserved)
        super().minimal_clean()

    def clean(self) -> None:
        """Raise ValidationError for a slug that belongs to the paper itself."""
        super().clean()
        check_slug_is_not_reserved(self.slug)
