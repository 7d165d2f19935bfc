"""Lists of articles, by where and when they appeared."""

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404
from wagtail.models import Page as TreePage
from wagtail.models import PageManager
from wagtail.query import PageQuerySet


class ArticleQuerySet(PageQuerySet):
    """Articles by where and when they appeared."""

    def published(self) -> "ArticleQuerySet":
        """Those that readers can see."""
        return self.filter(is_public=True)

    def newest_first(self) -> "ArticleQuerySet":
        """By first publication; the later number wins a tie."""
        return self.order_by("-published_at", "-pk")

    def in_section(self, section: TreePage | int) -> "ArticleQuerySet":
        """Those of one section."""
        return self.filter(section=section)

    def dated(self, year: int, month: int | None = None, day: int | None = None) -> "ArticleQuerySet":
        """Those of one year, month or day in the paper's calendar; raises ValueError for no day of it."""
        start = date(year, month or 1, day or 1)
        if day:
            end = start + timedelta(days=1)
        elif month:
            end = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            end = date(year + 1, 1, 1)
        return self.filter(edition_date__gte=start, edition_date__lt=end)

    def for_lists(self) -> "ArticleQuerySet":
        """With what a headline in a list needs, and without bodies."""
        return self.select_related("section", "lead_image").defer("body")

    def for_commenting(self) -> "ArticleQuerySet":
        """With whether they take comments and how they are called; for a page about them more is asked."""
        return self.only(
            *("title", "slug", "url_path", "live", "address", "published_at", "section_id"),
            *("comment_policy", "comment_days"),
        )

    def with_bylines(self) -> "ArticleQuerySet":
        """With who wrote them."""
        return self.prefetch_related("byline__author")


ArticleManager = PageManager.from_queryset(ArticleQuerySet)


class FewManager(PageManager):
    """Pages of a kind of which a paper has few, found by their kind.

    SQLite, which has no statistics, would else look at all pages of the paper to find them.
    """

    def get_queryset(self) -> Any:
        """All of them."""
        room, name = self.model._meta.app_label, self.model._meta.model_name
        return super().get_queryset().filter(content_type__app_label=room, content_type__model=name)


class ArticlePages(Paginator[Any]):
    """A list of articles in pages: it is counted and walked in an index, and only what a page shows is fetched."""

    def page(self, number: int | str) -> "Page[Any]":
        """One page, the newest first."""
        page: Page[Any] = super().page(number)
        shown: Any = page.object_list
        numbers = list(shown.values_list("pk", flat=True))
        page.object_list = shown.model.objects.filter(pk__in=numbers).newest_first().for_lists()
        return page


def page_or_404(pages: "Paginator[Any]", number: int) -> "Page[Any]":
    """One page of a list; raises Http404 for one that is not there."""
    if not 1 <= number <= pages.num_pages:
        raise Http404(f"This list has {pages.num_pages} pages.")
    return pages.page(number)
