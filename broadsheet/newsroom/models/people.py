"""The people who write, photograph and draw for the paper."""

from django.db import models
from django.urls import reverse
from wagtail.admin.panels import FieldPanel
from wagtail.search import index
from wagtail.snippets.models import register_snippet


@register_snippet
class Author(index.Indexed, models.Model):
    """Somebody who signs articles, with a page of their own."""

    name = models.CharField(max_length=120, help_text="As it stands in the byline.")
    slug = models.SlugField(
        max_length=120, unique=True, help_text="The address of the author's page: /authors/<slug>/."
    )
    role = models.CharField(max_length=120, blank=True, help_text="E.g. “Harbour correspondent”.")
    bio = models.TextField("about", blank=True, help_text="Two or three sentences for the author's page.")
    portrait = models.ForeignKey("newsroom.Photo", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("role"), FieldPanel("bio"), FieldPanel("portrait")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The address of the author's page."""
        return reverse("newsroom:author", args=[self.slug])
