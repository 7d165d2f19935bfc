"""An article and its comments, as a first attempt would have them."""

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page

from bench.matter import SHOWN


class Article(Page):
    """One article with its body in blocks."""

    body = StreamField([("paragraph", blocks.RichTextBlock())])
    template = "article.html"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds one page of the comments."""
        comments = Paginator(self.comments.select_related("parent").order_by("written_at"), SHOWN)
        asked = request.GET.get("page")
        return {**super().get_context(request, *args, **kwargs), "comments": comments.get_page(asked)}


class Comment(models.Model):
    """One reader's comment."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    text = models.TextField()
    written_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name
