"""The parts of an article of which it can have several: names in the byline, corrections, tags."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from broadsheet.core.datetimes import current_style
from broadsheet.newsroom.models.people import Author


class BylineEntry(Orderable):
    """One name in the byline, with the person's contribution."""

    article = ParentalKey("newsroom.ArticlePage", on_delete=models.CASCADE, related_name="byline")
    author = models.ForeignKey(
        Author,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="byline_entries",
        help_text=_("Somebody who is not in the list yet can be added there by name."),
    )
    role = models.CharField(
        _("role"), max_length=60, blank=True, help_text=_("If it is not writing, for example “photographs”.")
    )

    panels = [FieldRowPanel([FieldPanel("author"), FieldPanel("role")])]

    class Meta(Orderable.Meta):
        ordering = ["sort_order", "pk"]
        unique_together = [("article", "author", "role")]

    def __str__(self) -> str:
        return f"{self.author}, {self.role}" if self.role else str(self.author)


class Correction(Orderable):
    """A dated correction of an article. Append-only once published."""

    article = ParentalKey("newsroom.ArticlePage", on_delete=models.CASCADE, related_name="corrections")
    made_on = models.DateField(_("date"), default=timezone.localdate, help_text=_("The day of the correction."))
    text = models.TextField(
        _("text"), help_text=_("What an earlier version of the article said, and what is right instead.")
    )

    panels = [FieldPanel("made_on"), FieldPanel("text")]

    class Meta(Orderable.Meta):
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return f"{current_style().full_date(self.made_on)}: {self.text[:60]}"


class ArticleTag(TaggedItemBase):
    """One tag on one article."""

    content_object = ParentalKey("newsroom.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items")
