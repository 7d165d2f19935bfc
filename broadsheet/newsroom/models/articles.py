"""Articles: the fields that an editor fills in, in the order of the page, and the address that the paper adds."""

from datetime import date, datetime, timedelta
from http import HTTPMethod
from itertools import count
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.forms import RadioSelect
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from taggit.models import Tag
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from broadsheet.core.datetimes import current_style
from broadsheet.core.fields import BooleanFieldOfTrigger
from broadsheet.newsroom.blocks import BODY_HELP, BodyBlock, opening_of, photos_in
from broadsheet.newsroom.completeness import missing_parts
from broadsheet.newsroom.errors import IncompleteArticle
from broadsheet.newsroom.keys import beside_in, key_of
from broadsheet.newsroom.models.bulk_pages import fill_slug
from broadsheet.newsroom.models.lists import ArticleManager
from broadsheet.newsroom.models.orderables import ArticleTag, BylineEntry, Correction
from broadsheet.newsroom.models.paper import Paper
from broadsheet.newsroom.models.photos import Photo, check_embargoes
from broadsheet.newsroom.panels import (
    CHANGES,
    AppendOnlyPanel,
    ArticleCopyForm,
    ArticleForm,
    article_languages,
    check_published_entries_unchanged,
    entry_of,
)
from broadsheet.newsroom.states import CommentPolicy
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
    lead_is_whole = models.BooleanField(
        _("show the whole photograph"),
        default=False,
        help_text=_("The article shows it uncropped, for example a portrait. Lists crop it around its focal point."),
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

    published_at = models.DateTimeField(
        _("publication date"),
        null=True,
        blank=True,
        help_text=_(
            "Only for an article that appeared earlier elsewhere, such as in print: its address, its place in the "
            "archive and the lists follow this date. Leave empty for the time at which you publish."
        ),
    )
    is_update = models.BooleanField(
        _("kind of change"),
        default=False,
        help_text=_("Readers and feeds are told of an update. A new correction always counts as one."),
    )

    # Set by the paper, not by editors (ADR 5).
    section = models.ForeignKey("newsroom.SectionPage", models.RESTRICT, related_name="articles", editable=False)
    updated_at = models.DateTimeField(null=True, editable=False)
    edition_date = models.DateField(null=True, editable=False)
    # A column of its own, because the partial indexes need it: `live` is in the table of all pages (ADR 23, ADR 34).
    is_public = BooleanFieldOfTrigger(default=False, editable=False)
    address = models.CharField(max_length=280, null=True, unique=True, editable=False)  # noqa: DJ001 - null: not yet published

    pk: Any  # Wagtail publishes no types
    previous_lists: frozenset[str] = frozenset()  # the surrogate keys of its lists before a change
    slug: str
    first_published_at: datetime | None
    allowed_http_methods: ClassVar[list[HTTPMethod]] = READING
    # A copy is a new article: with a date, an address and a record of its own.
    exclude_fields_in_copy: ClassVar[list[str]] = [
        *("published_at", "edition_date", "address", "is_public", "updated_at", "is_update", "corrections"),
        *("first_published_at", "last_published_at", "go_live_at", "expire_at", "expired"),
    ]
    copy_form_class = ArticleCopyForm
    parent_page_types: ClassVar[list[str]] = ["newsroom.SectionPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "newsroom/article.html"
    base_form_class = ArticleForm

    content_panels = [
        FieldPanel("filed_under"),
        FieldPanel("is_update", widget=RadioSelect(choices=CHANGES)),
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
            [FieldPanel(name) for name in ("lead_image", "lead_caption", "lead_alt", "lead_is_whole")],
            heading=_("Lead photograph"),
        ),
        FieldPanel("body", help_text=BODY_HELP),
        FieldPanel("tags"),
        FieldPanel("language"),
        FieldPanel("published_at"),
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

    promote_panels = [FieldPanel("slug"), FieldPanel("search_description")]
    search_fields = [
        *Page.search_fields,
        index.SearchField("deck", boost=2),
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
        if not (self.live or self.address):
            self.first_published_at = None  # Wagtail sets it on the copy of a draft, too
        if (self.live and not self._is_being_scheduled()) or self.address:
            self._date_update()
            self.give_address()
        super().save(*args, **kwargs)

    def _date_update(self) -> None:
        """Set the time of the last update where a changed article is published again and readers are to be told."""
        published = ArticlePage.objects.filter(pk=self.pk, address__isnull=False)
        changed = published.exclude(live_revision=self.live_revision_id).exclude(
            last_published_at=self.last_published_at
        )
        for known in changed.values_list(models.Count("corrections"), flat=True):
            if self.is_update or self.corrections.count() > known:
                self.updated_at = self.last_published_at

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
        self.published_at = self.published_at or self.first_published_at or timezone.now()
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
        """Publish or schedule the revision that this object holds; raise IncompleteArticle where a part is missing.

        A revision that the clock publishes was checked when it was scheduled. Raise PhotoUnderEmbargo for a photograph
        whose embargo ends later, which is checked again then.
        """
        self.check_embargoes(self.lead_image, self.body, go_live_at=self.go_live_at)
        missing = missing_parts(self.lead_image, self.lead_alt, self.body)
        if missing and not revision.approved_go_live_at:
            raise IncompleteArticle(self.title, [part.request for part in missing])
        return super().publish(revision, *args, **options)

    def check_embargoes(self, lead_image: Photo | None, body: Any, *, go_live_at: datetime | None) -> None:
        """Raise PhotoUnderEmbargo where one of the photographs must not be published yet, now or when scheduled."""
        check_embargoes([lead_image, *photos_in(body)], go_live_at=go_live_at)

    def with_content_json(self, content: dict[str, Any]) -> "ArticlePage":
        """Return the draft that a revision holds, with the section, dates and address of now (ADR 5)."""
        draft = super().with_content_json(content)
        for name in ("section_id", "edition_date", "address", "is_public", "updated_at"):
            setattr(draft, name, getattr(self, name))
        draft.published_at = self.published_at if self.address else draft.published_at
        return draft

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Validate the article, after giving it a slug of its headline where it has none."""
        fill_slug(self, is_taken=self._is_address_taken)
        super().full_clean(*args, **kwargs)

    def minimal_clean(self) -> None:
        """Give a draft without a slug one of its headline first."""
        fill_slug(self, is_taken=self._is_address_taken)
        super().minimal_clean()

    def clean(self) -> None:
        """Raise ValidationError for a taken address, or a change of a published correction."""
        super().clean()
        self._check_date_is_past()
        self._check_address_is_free()
        self._check_corrections_unchanged()

    def _check_date_is_past(self) -> None:
        if not self.address and self.published_at and self.published_at > timezone.now():
            raise ValidationError({"published_at": _("This date is still to come. Please set a schedule instead.")})

    def _check_address_is_free(self) -> None:
        if self.slug and self._is_address_taken(self.slug):
            message = _("Another article of %(day)s already has this address. Please change its last part.")
            raise ValidationError({"slug": message % {"day": current_style().full_date(self._day())}})

    def _is_address_taken(self, slug: str) -> bool:
        return bool(ArticlePage.objects.filter(address=address_of(self._day(), slug)).exclude(pk=self.pk).exists())

    def _day(self) -> date:
        """Return the day of the article's address: fixed by its first publication, or as it would be now."""
        return self.edition_date or timezone.localdate(self.published_at, timezone=Paper.load().zone)

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
    def summary(self) -> str:
        """The article in a sentence, for descriptions and feeds: the deck, or else the beginning of the text."""
        return self.deck if self.deck.strip() else opening_of(self.body) or self.title

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
