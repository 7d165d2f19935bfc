"""The people who write, photograph and draw for the paper."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.search import index
from wagtail.snippets.models import register_snippet


@register_snippet
class Author(index.Indexed, models.Model):
    """A person who signs articles, with a page of their own."""

    name = models.CharField(_("name"), max_length=120, help_text=_("As in the byline."))
    slug = models.SlugField(
        _("slug"),
        max_length=120,
        unique=True,
        help_text=_("The last part of the address of the author’s page: /authors/<slug>/."),
    )
    role = models.CharField(_("role"), max_length=120, blank=True, help_text=_("For example “Harbour correspondent”."))
    bio = models.TextField(_("about"), blank=True, help_text=_("Two or three sentences for the author’s page."))
    portrait = models.ForeignKey(
        "newsroom.Photo",
        verbose_name=_("portrait"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("role"), FieldPanel("bio"), FieldPanel("portrait")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the author's page."""
        return reverse("newsroom:author", args=[self.slug])
