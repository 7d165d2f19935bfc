"""Runs the import as the command does, and lists the contents of the paper afterwards."""

from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.search.models import IndexEntry

from broadsheet.discussion.models import Comment
from broadsheet.interchange.errors import NotAnExport
from broadsheet.interchange.models import Counterpart, OldAddress
from broadsheet.newsroom.models import ArticlePage, Author, PlainPage, SectionPage
from broadsheet.review.models import Decision
from tests.interchange.wxr import BEGIN, END


def run(path: Path, *words: str) -> str:
    """Import a file, without pictures unless the words name a folder; return the report."""
    output = StringIO()
    pictures = [] if "--media" in words else ["--without-pictures"]
    call_command("import_wordpress", str(path), *words, *pictures, stdout=output)
    return output.getvalue()


def run_to_refusal(path: Path) -> tuple[str, NotAnExport]:
    """Import a file that is refused; return the report of the part before, and the refusal."""
    output = StringIO()
    try:
        call_command("import_wordpress", str(path), "--without-pictures", stdout=output)
    except NotAnExport as refusal:
        return output.getvalue(), refusal
    raise AssertionError(output.getvalue())


def export(*parts: str) -> str:
    """Return a complete export of these authors, categories and items."""
    return BEGIN + "".join(parts) + END


def counts() -> dict[str, int]:
    """Return the number of rows of every table."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def contents() -> dict[str, list[Any]]:
    """Return all objects that an import makes, by name and not by primary key."""
    articles = ArticlePage.objects.order_by("path")
    comments = Comment.objects.order_by("written_at", "latest__text")
    return {
        "articles": list(articles.values_list("path", "title", "slug", "address", "section__slug", "live", "numchild")),
        "bodies": [[(block.block_type, str(block.value)) for block in article.body] for article in articles],
        "bylines": list(articles.values_list("slug", "byline__author__slug").order_by("path", "byline__sort_order")),
        "tags": list(
            articles.values_list("slug", "tagged_items__tag__slug").order_by("path", "tagged_items__tag__slug")
        ),
        "pages": list(PlainPage.objects.order_by("path").values_list("path", "title", "slug", "live")),
        "sections": list(SectionPage.objects.order_by("path").values_list("path", "title", "slug", "numchild")),
        "authors": list(Author.objects.order_by("slug").values_list("name", "slug")),
        "subjects": list(Tag.objects.order_by("slug").values_list("name", "slug")),
        "comments": list(
            comments.values_list(
                *("thread__article__slug", "latest__name", "latest__text", "shown__text", "state", "written_at"),
                *("parent__latest__text", "root__latest__text"),
            )
        ),
        "decisions": list(
            Decision.objects.order_by("revision__written_at", "revision__text").values_list(
                "revision__text", "outcome", "reason", "by"
            )
        ),
        "redirects": list(Redirect.objects.order_by("old_path").values_list("old_path", "redirect_page__slug")),
        "addresses": list(OldAddress.objects.order_by("scheme", "key").values_list("scheme", "key", "targets")),
        "lacking": list(Counterpart.objects.order_by("kind", "key").values_list("key", "left_out")),
        "found": sorted(IndexEntry.objects.values_list("title", flat=True)),
        "known": sorted(Counterpart.objects.values_list("kind", "key")),
    }
