"""Links by which people without an account see a draft: a lawyer, or a source."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from broadsheet.core.primary_keys import draw_number
from broadsheet.newsroom.models.articles import ArticlePage


class PreviewLinkQuerySet(models.QuerySet["PreviewLink"]):
    """Preview links by whether they open their draft."""

    def open(self) -> "PreviewLinkQuerySet":
        """Return the links that open a draft now, the one that ends first at the beginning."""
        published_since = models.Q(article__last_published_at__gt=models.F("made_at"))
        waiting = self.filter(revoked_at=None, ends_at__gt=timezone.now(), article__is_public=False)
        return waiting.exclude(published_since).order_by("ends_at", "pk")


class PreviewLink(models.Model):
    """A link to the draft of an article, until a time, its revocation, or the publication of the article.

    That the article was published since is not stored here but asked of it, so that no road to publication can miss it.
    """

    id = models.BigAutoField(primary_key=True, default=draw_number)
    article = models.ForeignKey(
        ArticlePage, on_delete=models.CASCADE, related_name="preview_links", verbose_name=_("article")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("preview link"), _("preview links")
        ordering: ClassVar[list[str]] = ["ends_at", "pk"]

    def __str__(self) -> str:
        return f"preview link {self.pk}"

    @property
    def published_since(self) -> bool:
        """Whether the article was published after the link was made, even if it is off the site again."""
        published: datetime | None = self.article.last_published_at
        return bool(self.article.is_public or (published and published > self.made_at))

    @property
    def opens_draft(self) -> bool:
        """Whether the link shows the draft now."""
        return self.revoked_at is None and self.ends_at > timezone.now() and not self.published_since
