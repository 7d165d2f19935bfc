"""Querysets and paginators of articles."""

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from django.http import Http404
from wagtail.models import Page as TreePage
from wagtail.models import PageManager, PageViewRestriction
from wagtail.query import PageQuerySet


class PublicPageQuerySet(PageQuerySet):
    """Pages that are not articles: few, so that whether readers see them is asked of the tables, and not stored."""

    def published(self) -> "PublicPageQuerySet":
        """Select the pages that readers can see: live, and neither they nor a page above restricted (ADR 34)."""
        own_path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
        restrictions = PageViewRestriction.objects.annotate(own_path=own_path)
        return self.live().exclude(Exists(restrictions.filter(own_path__startswith=F("page__path"))))


class ArticleQuerySet(PageQuerySet):
    """Articles by section and date, and with the columns that a list needs."""

    def published(self) -> "ArticleQuerySet":
        """Select the articles that readers can see."""
        return self.filter(is_public=True)

    def newest_first(self) -> "ArticleQuerySet":
        """Order by first publication; of two at the same time, the one with the higher primary key comes first."""
        return self.order_by("-published_at", "-pk")

    def in_section(self, section: TreePage | int) -> "ArticleQuerySet":
        """Select the articles of one section."""
        return self.filter(section=section)

    def dated(self, year: int, month: int | None = None, day: int | None = None) -> "ArticleQuerySet":
        """Select a year, month or day of the paper's calendar; raise ValueError for a date that does not exist."""
        start = date(year, month or 1, day or 1)
        if day:
            end = start + timedelta(days=1)
        elif month:
            end = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            end = date(year + 1, 1, 1)
        return self.filter(edition_date__gte=start, edition_date__lt=end)

    def for_lists(self) -> "ArticleQuerySet":
        """Fetch the section and the photograph with each article, and leave out the text."""
        return self.select_related("section", "lead_image").defer("body")

    def with_bylines(self) -> "ArticleQuerySet":
        """Fetch the authors of the articles in one more query."""
        return self.prefetch_related("byline__author")


ArticleManager = PageManager.from_queryset(ArticleQuerySet)


PublicPageManager: Any = PageManager.from_queryset(PublicPageQuerySet)


class FewManager(PublicPageManager):
    """Pages of a model that has few rows, selected by their content type.

    Without statistics SQLite would otherwise scan the table of all pages, articles included.
    """

    def get_queryset(self) -> Any:
        """Return the pages with the content type of the model."""
        app_label, model_name = self.model._meta.app_label, self.model._meta.model_name
        return super().get_queryset().filter(content_type__app_label=app_label, content_type__model=model_name)


class ArticlePages(Paginator[Any]):
    """A paginator of articles that counts and skips in an index, and fetches the rows of the current page only."""

    def page(self, number: int | str) -> "Page[Any]":
        """Return one page, newest first."""
        page: Page[Any] = super().page(number)
        articles: Any = page.object_list
        keys = list(articles.values_list("pk", flat=True))
        page.object_list = articles.model.objects.filter(pk__in=keys).newest_first().for_lists()
        return page


def page_or_404(pages: "Paginator[Any]", number: int) -> "Page[Any]":
    """Return one page of a list, or raise Http404 for a number beyond its pages."""
    if not 1 <= number <= pages.num_pages:
        raise Http404(f"This list has {pages.num_pages} pages.")
    return pages.page(number)
