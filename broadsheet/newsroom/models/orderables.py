"""What an article has several of: names in the byline, corrections."""

from django.db import models
from django.utils import timezone
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from broadsheet.core.datetimes import current_style
from broadsheet.newsroom.models.people import Author


class BylineEntry(Orderable):
    """One name in the byline, with what this person did."""

    article = ParentalKey("newsroom.ArticlePage", on_delete=models.CASCADE, related_name="byline")
    author = models.ForeignKey(
        Author,
        on_delete=models.PROTECT,
        related_name="byline_entries",
        help_text="Somebody from Snippets → Authors; add the person there first.",
    )
    role = models.CharField(max_length=60, blank=True, help_text="What this person did, unless writing: “photographs”.")

    panels = [FieldRowPanel([FieldPanel("author"), FieldPanel("role")])]

    class Meta(Orderable.Meta):
        unique_together = [("article", "author", "role")]

    def __str__(self) -> str:
        return f"{self.author}, {self.role}" if self.role else str(self.author)


class Correction(Orderable):
    """What was wrong and what is right. Append-only once published."""

    article = ParentalKey("newsroom.ArticlePage", on_delete=models.CASCADE, related_name="corrections")
    made_on = models.DateField("date", default=timezone.localdate, help_text="The day on which it is put right.")
    text = models.TextField(help_text="What an earlier version said, and what is right.")

    panels = [FieldPanel("made_on"), FieldPanel("text")]

    def __str__(self) -> str:
        return f"{current_style().full_date(self.made_on)}: {self.text[:60]}"
