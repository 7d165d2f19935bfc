"""The people who write, photograph and draw for the paper."""

from itertools import chain
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from broadsheet.core.text import slug_of
from broadsheet.newsroom.models.bulk_pages import numbered

MAX_SLUG = 112  # leaves room for a number


class Author(index.Indexed, models.Model):
    """A person who signs articles, with a page of their own."""

    name = models.CharField(_("name"), max_length=120, help_text=_("As in the byline."))
    slug = models.SlugField(
        _("slug"),
        max_length=120,
        unique=True,
        blank=True,
        allow_unicode=True,
        help_text=_(
            "The last part of the address of the author’s page: /authors/<slug>/. Leave empty to have it made from "
            "the name."
        ),
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

    panels = [FieldPanel("name"), FieldPanel("role"), FieldPanel("bio"), FieldPanel("portrait"), FieldPanel("slug")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the author, with a slug of the name where there is none."""
        if not self.slug:
            slug = slug_of(self.name, otherwise="author", max_length=MAX_SLUG)
            others = Author.objects.exclude(pk=self.pk)
            self.slug = next(slug for slug in chain([slug], numbered(slug)) if not others.filter(slug=slug).exists())
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse the name of another author, whom an article would be given by mistake."""
        super().clean()
        if self._state.adding and Author.objects.filter(name__iexact=self.name).exists():
            raise ValidationError(
                {"name": _("There is an author of this name already. Please choose them from the list.")}
            )

    def get_absolute_url(self) -> str:
        """Return the path of the author's page."""
        return reverse("newsroom:author", args=[self.slug])
