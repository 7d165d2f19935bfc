"""Articles from elsewhere come in by many at once, each at an address of its own."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.newsroom.actions import ImportedArticle, import_articles
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.models import Purge
from tests.factories.newsroom import article, author, section

pytestmark = pytest.mark.django_db

DAY = datetime(2012, 5, 1, 12, tzinfo=UTC)


def page(slug: str, **fields: Any) -> ArticlePage:
    return ArticlePage(**{"title": slug, "slug": slug, "live": True, "first_published_at": DAY, **fields})


@pytest.fixture
def harbour() -> Any:
    return section("Harbour")


def test_thirty_articles_are_imported_with_as_many_queries_as_three_and_one_purge(harbour: Any) -> None:
    asked, told, ada = [], [], author("Ada")
    for stem, many in (("first", 2), ("few", 3), ("many", 30)):  # with the first, the paper itself is made
        Purge.objects.all().delete()
        with CaptureQueriesContext(connection) as questions:
            import_articles(
                [ImportedArticle(harbour, page(f"{stem}-{number}"), byline=[ada]) for number in range(many)]
            )
        asked.append(len(questions))
        told.append(Purge.objects.count())
    assert told[1:] == [1, 1]
    assert asked[2] <= asked[1] + 4, "a table of many columns is filled in pieces"
    assert ArticlePage.objects.published().in_section(harbour).count() == 35


def test_each_imported_article_gets_a_free_slug_and_address(harbour: Any) -> None:
    article(harbour, DAY, title="Ferry", slug="ferry")
    elsewhere = section("Council")
    article(elsewhere, DAY, title="Tide", slug="tide-2")
    pages = [page("ferry"), page("ferry", live=False), page("tide"), page("tide"), page("bell", live=False)]
    import_articles([ImportedArticle(harbour, one) for one in pages] + [ImportedArticle(elsewhere, page("ferry"))])
    found = ArticlePage.objects.order_by("pk").values_list("section__slug", "slug", "address")
    assert list(found[2:]) == [
        ("harbour", "ferry-2", "2012/05/01/ferry-2"),
        ("harbour", "ferry-3", None),
        ("harbour", "tide", "2012/05/01/tide"),
        ("harbour", "tide-3", "2012/05/01/tide-3"),
        ("harbour", "bell", None),
        ("council", "ferry-3", "2012/05/01/ferry-3"),
    ]
