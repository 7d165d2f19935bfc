"""Articles: what an editor writes, in the order an editor thinks in, and the address the paper gives it."""

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
from broadsheet.newsroom.blocks import BodyBlock
from broadsheet.newsroom.keys import beside_in, key_of
from broadsheet.newsroom.models.lists import ArticleManager
from broadsheet.newsroom.models.orderables import BylineEntry, Correction
from broadsheet.newsroom.models.paper import Paper
from broadsheet.newsroom.models.photos import Photo
from broadsheet.newsroom.panels import AppendOnlyPanel, check_entries_stand, entry_of
from broadsheet.pagecache.fragments import cacheable

# A page is read; whatever is sent to the paper has an address of its own.
READING = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
# The number of an article that was never saved, while it is previewed: nothing else has it, so nothing hangs on it.
NOWHERE = 0
# Lists and counts of a large paper look at these alone, and in indexes that have no others.
PUBLIC = models.Q(is_public=True)
NEWEST = ["-published_at", "-page_ptr", "is_public"]  # the last for SQLite, which else looks it up in the table


def address_of(day: date, slug: str) -> str:
    """The address of an article by its day and slug: 2019/03/28/dredger."""
    return f"{day:%Y/%m/%d}/{slug}"


class CommentPolicy(models.TextChoices):
    """Whether readers may comment on an article."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    DAYS = "days", "Closed some days after publication"


class ArticleTag(TaggedItemBase):
    """One tag on one article."""

    content_object = ParentalKey("newsroom.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items")


class ArticlePage(Page):
    """One article. Its Wagtail title is the headline; its parent in the page tree is its section."""

    kicker = models.CharField(
        max_length=60, blank=True, help_text="One to three words above the headline. May be empty."
    )
    deck = models.TextField(
        max_length=400,
        blank=True,
        help_text="One sentence below the headline that tells what is new. Lists show it as teaser.",
    )
    place = models.CharField(
        "dateline",
        max_length=80,
        blank=True,
        help_text="The place it was written from. The text begins with it: “BRACKWATER —”.",
    )
    lead_image = models.ForeignKey(
        Photo,
        verbose_name="photograph",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Its credit is shown with it.",
    )
    lead_caption = models.CharField(
        "caption", max_length=300, blank=True, help_text="What is to be seen, who, where, when."
    )
    lead_alt = models.CharField(
        "alt text", max_length=300, blank=True, help_text="The picture in words, for those who do not see it."
    )
    body = StreamField(BodyBlock(), blank=True)
    tags = ClusterTaggableManager(through=ArticleTag, blank=True, help_text="Subjects that have a page of their own.")
    comment_policy = models.CharField(
        "comments",
        max_length=8,
        choices=CommentPolicy.choices,
        default=CommentPolicy.OPEN,
        help_text="May readers comment?",
    )
    comment_days = models.PositiveSmallIntegerField(
        "days", default=14, help_text="How many days after publication the column closes, if it does."
    )

    # Given by the paper, not by editors.
    section = models.ForeignKey(
        "newsroom.SectionPage", on_delete=models.PROTECT, related_name="articles", editable=False
    )
    published_at = models.DateTimeField(null=True, editable=False)
    edition_date = models.DateField(null=True, editable=False)
    is_public = models.BooleanField(default=False, editable=False)
    address = models.CharField(max_length=280, null=True, unique=True, editable=False)  # noqa: DJ001 - null: not yet published

    pk: Any  # Wagtail publishes no types
    stood_in: frozenset[str] = frozenset()  # the lists it was in before it is changed
    slug: str
    allowed_http_methods: ClassVar[list[HTTPMethod]] = READING
    exclude_fields_in_copy: ClassVar[list[str]] = ["published_at", "edition_date", "address", "is_public"]
    parent_page_types: ClassVar[list[str]] = ["newsroom.SectionPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "newsroom/article.html"

    content_panels = [
        FieldPanel("kicker"),
        TitleFieldPanel("title", heading="Headline", help_text="What happened, in 35 to 80 characters."),
        FieldPanel("deck"),
        InlinePanel("byline", heading="Byline", label="Author", help_text="In the order of the byline."),
        FieldPanel("place"),
        MultiFieldPanel(
            [FieldPanel("lead_image"), FieldPanel("lead_caption"), FieldPanel("lead_alt")], heading="Lead photograph"
        ),
        FieldPanel("body", help_text="Paragraphs, subheads, quotes, pictures, lists, tables, films, in any order."),
        FieldPanel("tags"),
        AppendOnlyPanel(
            "corrections",
            heading="Corrections",
            label="Correction",
            help_text="Once published, a correction stays as it is.",
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("comment_policy"), FieldPanel("comment_days")])], heading="Comments"
        ),
    ]

    search_fields = [
        *Page.search_fields,
        index.SearchField("deck", boost=2),
        index.AutocompleteField("deck"),
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
        verbose_name = "article"
        indexes = [
            models.Index(fields=["section", *NEWEST], condition=PUBLIC, name="article_section_newest"),
            models.Index(fields=NEWEST, condition=PUBLIC, name="article_newest"),
            models.Index(fields=["edition_date", "is_public"], condition=PUBLIC, name="article_of_day"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Files the article under its section and, at first publication, gives it the date and address it keeps."""
        self.file_under_parent()
        if self.live and not self._waits():
            self.give_address()
        self.is_public = self.live and self.published_at is not None
        super().save(*args, **kwargs)

    def _waits(self) -> bool:
        """Wagtail stores a scheduled article as if it were live, for the moment before it is put on the clock."""
        return self.first_published_at is None and self.go_live_at is not None and self.go_live_at > timezone.now()

    def file_under_parent(self) -> None:
        """Takes the section from the page tree."""
        parent = self.get_parent()
        if parent is not None:
            self.section_id = parent.pk

    def give_address(self) -> None:
        """Fixes the day of first publication in the paper's zone; the slug of the day makes the address."""
        self.published_at = self.first_published_at or self.published_at or timezone.now()
        if self.edition_date is None:
            self.edition_date = timezone.localdate(self.published_at, timezone=Paper.load().zone)
            self._number_slug_if_taken(self.edition_date)
        self.address = address_of(self.edition_date, self.slug)

    def _number_slug_if_taken(self, day: date) -> None:
        """Two drafts of one slug may come to be published on one day, the second on a clock: it gets a number."""
        wanted, parent = self.slug, self.get_parent()
        for number in count(2):
            others = ArticlePage.objects.filter(address=address_of(day, self.slug)).exclude(pk=self.pk)
            if not others.exists() and (self.slug == wanted or Page._slug_is_available(self.slug, parent, self)):
                return
            self.slug = f"{wanted[:250]}-{number}"

    def with_content_json(self, content: dict[str, Any]) -> "ArticlePage":
        """Rebuilds a draft from a revision, leaving what the paper has given as it stands now."""
        draft = super().with_content_json(content)
        for given in ("section_id", "published_at", "edition_date", "address", "is_public"):
            setattr(draft, given, getattr(self, given))
        return draft

    def clean(self) -> None:
        """Refuses a photograph without words, an address that another article of the day has, an altered correction."""
        super().clean()
        if self.lead_image_id and not self.lead_alt:
            raise ValidationError({"lead_alt": "A photograph needs an alt text: say in words what is to be seen."})
        self._check_address_is_free()
        self._check_corrections_stand()

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

    def _check_corrections_stand(self) -> None:
        """A published correction is part of the record: it can be followed by another, never altered or removed."""
        if self.pk is None or self.first_published_at is None:
            return
        published = Correction.objects.filter(article_id=self.pk).order_by("sort_order", "pk")
        kept = [entry_of(entry) for entry in self.corrections.all()]
        check_entries_stand([entry_of(entry) for entry in published], kept)

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        """The article's address by date; before first publication it has only its place in the page tree."""
        parts = super().get_url_parts(request)
        return (parts[0], parts[1], f"/{self.address}/") if parts and self.address else parts

    def get_absolute_url(self) -> str:
        """The article's address by date."""
        return f"/{self.address}/" if self.address else str(self.url or "")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serves the article at its one address and sends every other way to it there."""
        if self.address and request.path != f"/{self.address}/":
            return HttpResponsePermanentRedirect(f"/{self.address}/")
        cacheable(key_of(self), beside_in(self.section))
        return super().serve(request, *args, **kwargs)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Shows a draft as readers will see it: in its section, dated, open for comments as it will be."""
        self.file_under_parent()
        self.live = True
        self.published_at = self.published_at or self.go_live_at or timezone.now()
        self.edition_date = self.edition_date or timezone.localdate(self.published_at, timezone=Paper.load().zone)
        self.address = address_of(self.edition_date, self.slug or "draft")
        self.pk = self.pk or NOWHERE
        return super().serve_preview(request, mode_name)

    @cached_property
    def signed_by(self) -> list[BylineEntry]:
        """Its byline with the authors, as the page names them."""
        return list(self.byline.select_related("author"))

    @cached_property
    def subjects(self) -> list[Tag]:
        """Its tags, as the page names them."""
        return list(self.tags.all())

    @property
    def byline_names(self) -> str:
        """The names in the byline, for the search index."""
        return " ".join(entry.author.name for entry in self.byline.all())

    @property
    def updated_at(self) -> datetime | None:
        """When it was last published anew, if that was more than a minute after the first time."""
        last, first = self.last_published_at, self.published_at
        return last if last and first and last - first > timedelta(minutes=1) else None

    @property
    def comments_close_at(self) -> datetime | None:
        """When the readers' column closes; None for never, or where it is not open by days."""
        if self.comment_policy != CommentPolicy.DAYS or self.published_at is None:
            return None
        return self.published_at + timedelta(days=self.comment_days)

    @property
    def takes_comments(self) -> bool:
        """Whether readers may comment now."""
        closes = self.comments_close_at
        return self.live and self.comment_policy != CommentPolicy.CLOSED and (closes is None or timezone.now() < closes)
