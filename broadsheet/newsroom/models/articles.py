"""Articles: the fields that an editor fills in, in the order of the page, and the address that the paper adds."""

from datetime import date, datetime, timedelta
from http import HTTPMethod
from itertools import count
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import Tag, TaggedItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from broadsheet.core.datetimes import current_style
from broadsheet.core.fields import BooleanFieldOfTrigger
from broadsheet.core.languages import language_choices
from broadsheet.newsroom.blocks import BODY_HELP, BodyBlock
from broadsheet.newsroom.errors import MissingAltText
from broadsheet.newsroom.keys import beside_in, key_of
from broadsheet.newsroom.models.lists import ArticleManager
from broadsheet.newsroom.models.orderables import BylineEntry, Correction
from broadsheet.newsroom.models.paper import Paper
from broadsheet.newsroom.models.photos import Photo
from broadsheet.newsroom.panels import AppendOnlyPanel, ArticleForm, check_published_entries_unchanged, entry_of
from broadsheet.pagecache.fragments import cacheable

# Pages answer reading alone: every form of the paper is sent to an address of its own.
READING = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
# Stands for the primary key while an unsaved article is previewed; no row has it, so no comment or tag belongs to it.
UNSAVED = 0
# The partial indexes of lists and counts have published articles only.
PUBLIC = models.Q(is_public=True)
NEWEST = ["-published_at", "-page_ptr", "is_public"]  # is_public makes the index covering for SQLite


def address_of(day: date, slug: str) -> str:
    """Return the address of an article by its day and slug: 2019/03/28/dredger."""
    return f"{day:%Y/%m/%d}/{slug}"


def article_languages() -> list[tuple[str, Any]]:
    """Return the choices of an article's language; the blank one stands for the language of the paper."""
    return [("", _("The language of the paper")), *language_choices()]


class CommentPolicy(models.TextChoices):
    """The ways in which an article takes comments."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    DAYS = "days", _("Open for some days after publication")


class ArticleTag(TaggedItemBase):
    """One tag on one article."""

    content_object = ParentalKey("newsroom.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items")


class ArticlePage(Page):
    """One article. Its Wagtail title is the headline; its parent in the page tree is its section."""

    kicker = models.CharField(
        _("kicker"), max_length=60, blank=True, help_text=_("One to three words above the headline. Optional.")
    )
    deck = models.TextField(
        _("deck"),
        max_length=400,
        blank=True,
        help_text=_("One sentence below the headline that says what is new. Lists show it as the teaser."),
    )
    place = models.CharField(
        _("dateline"),
        max_length=80,
        blank=True,
        help_text=_("Where the article was written. The text begins with it: “BRACKWATER —”."),
    )
    lead_image = models.ForeignKey(
        Photo,
        verbose_name=_("photograph"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Its credit is shown with it."),
    )
    lead_caption = models.CharField(
        _("caption"), max_length=300, blank=True, help_text=_("What the photograph shows: who, where and when.")
    )
    lead_alt = models.CharField(
        _("alt text"),
        max_length=300,
        blank=True,
        help_text=_("Describes the photograph for readers who cannot see it."),
    )
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)
    tags = ClusterTaggableManager(
        through=ArticleTag,
        verbose_name=_("subjects"),
        blank=True,
        help_text=_("Each subject has a page that lists its articles."),
    )
    language = models.CharField(
        _("language"),
        max_length=12,
        blank=True,
        choices=article_languages,
        help_text=_("For an article that is not written in the language of the paper."),
    )
    comment_policy = models.CharField(
        _("comments"),
        max_length=8,
        choices=CommentPolicy.choices,
        default=CommentPolicy.OPEN,
        help_text=_("Whether readers may comment on this article."),
    )
    comment_days = models.PositiveSmallIntegerField(
        _("days"),
        default=14,
        help_text=_("The number of days after which comments close, if they are open for some days."),
    )

    # Set by the paper, not by editors (ADR 5).
    section = models.ForeignKey(
        "newsroom.SectionPage", on_delete=models.RESTRICT, related_name="articles", editable=False
    )
    published_at = models.DateTimeField(null=True, editable=False)
    edition_date = models.DateField(null=True, editable=False)
    # A column of its own, because the partial indexes need it: `live` is in the table of all pages (ADR 23, ADR 34).
    is_public = BooleanFieldOfTrigger(default=False, editable=False)
    address = models.CharField(max_length=280, null=True, unique=True, editable=False)  # noqa: DJ001 - null: not yet published

    pk: Any  # Wagtail publishes no types
    previous_lists: frozenset[str] = frozenset()  # the surrogate keys of its lists before a change
    slug: str
    allowed_http_methods: ClassVar[list[HTTPMethod]] = READING
    exclude_fields_in_copy: ClassVar[list[str]] = ["published_at", "edition_date", "address", "is_public"]
    parent_page_types: ClassVar[list[str]] = ["newsroom.SectionPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "newsroom/article.html"
    base_form_class = ArticleForm

    content_panels = [
        FieldPanel("kicker"),
        TitleFieldPanel(
            "title",
            heading=_("Headline"),
            placeholder=_("Headline"),
            help_text=_("What happened, in 35 to 80 characters."),
        ),
        FieldPanel("deck"),
        InlinePanel("byline", heading=_("Byline"), label=_("Author"), help_text=_("In the order of the byline.")),
        FieldPanel("place"),
        MultiFieldPanel(
            [FieldPanel("lead_image"), FieldPanel("lead_caption"), FieldPanel("lead_alt")], heading=_("Lead photograph")
        ),
        FieldPanel("body", help_text=BODY_HELP),
        FieldPanel("tags"),
        FieldPanel("language"),
        AppendOnlyPanel(
            "corrections",
            heading=_("Corrections"),
            label=_("Correction"),
            help_text=_("A correction cannot be changed once it is published."),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("comment_policy"), FieldPanel("comment_days")])], heading=_("Comments")
        ),
    ]

    search_fields = [
        *Page.search_fields,
        index.SearchField("deck", boost=2),
        index.AutocompleteField("deck"),  # on SQLite the column in which headline and deck are ranked together (ADR 23)
        index.SearchField("kicker"),
        index.SearchField("place"),
        index.SearchField("body"),
        index.SearchField("byline_names"),
        index.FilterField("section"),
        index.FilterField("published_at"),
        index.FilterField("edition_date"),
    ]

    objects: ClassVar[Any] = ArticleManager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = [
            models.Index(fields=["section", *NEWEST], condition=PUBLIC, name="article_section_newest"),
            models.Index(fields=NEWEST, condition=PUBLIC, name="article_newest"),
            models.Index(fields=["edition_date", "is_public"], condition=PUBLIC, name="article_of_day"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """File the article under its section; at first publication, set the date that its address keeps.

        The address follows the slug, also while the article is off the site: Wagtail redirects the former one.
        """
        self.file_under_parent()
        if (self.live and not self._is_being_scheduled()) or self.address:
            self.give_address()
        super().save(*args, **kwargs)

    def _is_being_scheduled(self) -> bool:
        """Say whether Wagtail is about to schedule the article: it saves it as live before it takes it back."""
        return self.first_published_at is None and self.go_live_at is not None and self.go_live_at > timezone.now()

    def file_under_parent(self) -> None:
        """Set the section to the parent in the page tree."""
        parent = self.get_parent()
        if parent is not None:
            self.section_id = parent.pk

    def give_address(self) -> None:
        """Set the day of first publication in the paper's time zone, and the address that day and slug make."""
        self.published_at = self.first_published_at or self.published_at or timezone.now()
        if self.edition_date is None:
            self.edition_date = timezone.localdate(self.published_at, timezone=Paper.load().zone)
            self._number_slug_if_taken(self.edition_date)
        self.address = address_of(self.edition_date, self.slug)

    def _number_slug_if_taken(self, day: date) -> None:
        """Add a number to the slug where another draft with this slug was published earlier on the day."""
        wanted, parent = self.slug, self.get_parent()
        for suffix in count(2):
            others = ArticlePage.objects.filter(address=address_of(day, self.slug)).exclude(pk=self.pk)
            if not others.exists() and (self.slug == wanted or Page._slug_is_available(self.slug, parent, self)):
                return
            self.slug = f"{wanted[:250]}-{suffix}"  # 255 characters at most, as Wagtail has it

    def publish(self, revision: Any, *args: Any, **options: Any) -> Any:
        """Publish or schedule the revision that this object holds; raise MissingAltText for an undescribed photograph.

        A revision that the clock publishes was checked when it was scheduled.
        """
        if self.lead_image_id and not self.lead_alt and not revision.approved_go_live_at:
            raise MissingAltText(self.title)
        return super().publish(revision, *args, **options)

    def with_content_json(self, content: dict[str, Any]) -> "ArticlePage":
        """Return the draft that a revision holds, with the present section, dates and address instead of its own."""
        draft = super().with_content_json(content)
        # An old revision would otherwise bring back the section and the address it had then (ADR 5).
        for name in ("section_id", "published_at", "edition_date", "address", "is_public"):
            setattr(draft, name, getattr(self, name))
        return draft

    def clean(self) -> None:
        """Raise ValidationError for a taken address, or a change of a published correction."""
        super().clean()
        self._check_address_is_free()
        self._check_corrections_unchanged()

    def _check_address_is_free(self) -> None:
        if not self.slug:
            return
        day = self.edition_date or Paper.load().today()
        if ArticlePage.objects.filter(address=address_of(day, self.slug)).exclude(pk=self.pk).exists():
            raise ValidationError(
                {
                    "slug": _("Another article of %(day)s already has this address. Please change its last part.")
                    % {"day": current_style().full_date(day)}
                }
            )

    def _check_corrections_unchanged(self) -> None:
        """Refuse a change or removal of a published correction, which is part of the record; another may follow it."""
        if self.pk is None or self.first_published_at is None:
            return
        # Checked again here, because an older revision can be published without the form of `AppendOnlyPanel`.
        published = Correction.objects.filter(article_id=self.pk).order_by("sort_order", "pk")
        current = [entry_of(entry) for entry in self.corrections.all()]
        check_published_entries_unchanged([entry_of(entry) for entry in published], current)

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        """Return the article's address by date; before first publication, that of its place in the page tree."""
        parts = super().get_url_parts(request)
        return (parts[0], parts[1], f"/{self.address}/") if parts and self.address else parts

    def get_absolute_url(self) -> str:
        """Return the path of the article's address by date."""
        return f"/{self.address}/" if self.address else str(self.url or "")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serve the article at its address by date, and redirect there from every other path."""
        if self.address and request.path != f"/{self.address}/":
            return HttpResponsePermanentRedirect(f"/{self.address}/")
        cacheable(key_of(self), beside_in(self.section))
        return super().serve(request, *args, **kwargs)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Serve a draft as readers will see it: in its section, dated, and open for comments if it will be."""
        self.file_under_parent()
        self.live = self.is_public = True
        self.published_at = self.published_at or self.go_live_at or timezone.now()
        self.edition_date = self.edition_date or timezone.localdate(self.published_at, timezone=Paper.load().zone)
        self.address = address_of(self.edition_date, self.slug or "draft")
        self.pk = self.pk or UNSAVED
        return super().serve_preview(request, mode_name)

    @cached_property
    def byline_with_authors(self) -> list[BylineEntry]:
        """The entries of the byline with their authors, in order."""
        return list(self.byline.select_related("author"))

    @cached_property
    def subjects(self) -> list[Tag]:
        """The tags."""
        return list(self.tags.all())

    @property
    def byline_names(self) -> str:
        """The names in the byline, for the search index."""
        return " ".join(entry.author.name for entry in self.byline.all())

    @property
    def updated_at(self) -> datetime | None:
        """The time of the last publication, where it was more than a minute after the first; otherwise None."""
        last, first = self.last_published_at, self.published_at
        return last if last and first and last - first > timedelta(minutes=1) else None

    @property
    def comments_close_at(self) -> datetime | None:
        """The time at which comments close, for an article that is open for some days; otherwise None."""
        if self.comment_policy != CommentPolicy.DAYS or self.published_at is None:
            return None
        return self.published_at + timedelta(days=self.comment_days)

    @property
    def takes_comments(self) -> bool:
        """Whether readers may comment at present."""
        closes = self.comments_close_at
        return (
            self.is_public
            and self.comment_policy != CommentPolicy.CLOSED
            and (closes is None or timezone.now() < closes)
        )
