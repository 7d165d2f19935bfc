"""A page asks the database as often for five hundred articles as for five, and never more than fifteen times."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag
from wagtail.search.backends import get_search_backend

from broadsheet.newsroom.models import ArticlePage, ArticleTag, Author, BylineEntry, Correction, Photo, SectionPage
from tests.factories import discussion
from tests.factories.newsroom import article, author, photo, plain_page, section

pytestmark = pytest.mark.django_db

DAY = datetime(2019, 3, 28, 12, tzinfo=UTC)
MOST = 15
WORDS = [("paragraph", "<p>The tide goes out.</p>")]


class Crowd:
    """A paper with one section that grows: its articles are rows as publishing leaves them, all of one day."""

    def __init__(self) -> None:
        for name in ["Town", "Council", "Sport"]:
            article(section(name), DAY, slug=name.lower())
        plain_page("About")
        self.harbour: SectionPage = section("Harbour")
        self.ada: Author = author("Ada", slug="ada")
        self.tide = Tag.objects.create(name="Tide", slug="tide")
        self.photo: Photo = photo()
        self.size = 0

    def grow(self, size: int) -> None:
        """Adds articles until there are so many."""
        made = [self._article(at) for at in range(self.size, size)]
        BylineEntry.objects.bulk_create([BylineEntry(article=page, author=self.ada, sort_order=0) for page in made])
        Correction.objects.bulk_create([Correction(article=page, text="It is blue.") for page in made])
        ArticleTag.objects.bulk_create([ArticleTag(content_object=page, tag=self.tide) for page in made])
        get_search_backend().get_index_for_model(ArticlePage).add_items(ArticlePage, made)
        self.size = size

    def _article(self, at: int) -> ArticlePage:
        page = ArticlePage(
            title=f"Tide {at}",
            draft_title=f"Tide {at}",
            slug=f"tide-{at}",
            address=f"2019/03/28/tide-{at}",
            path=f"{self.harbour.path}{at + 1:04d}",
            url_path=f"{self.harbour.url_path}tide-{at}/",
            depth=self.harbour.depth + 1,
            live=True,
            deck="In and out.",
            body=WORDS,
            section=self.harbour,
            published_at=DAY - timedelta(minutes=at),
            first_published_at=DAY,
            last_published_at=DAY + timedelta(days=1),
            edition_date=DAY.date(),
            is_public=True,
            lead_image=self.photo,
            lead_alt="Mud",
            locale=self.harbour.locale,
        )
        page.save_base(force_insert=True)
        return page


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


def asked(client: Client, address: str) -> list[str]:
    """The queries of a second visit: the first fills what a paper fills once."""
    cache.clear()
    client.get(address)
    with CaptureQueriesContext(connection) as log:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in log.captured_queries]


PAGES = {
    "front": "/",
    "section": "/harbour/",
    "article": "/2019/03/28/tide-3/",
    "author": "/authors/ada/",
    "tag": "/tags/tide/",
    "day": "/2019/03/28/",
    "month": "/2019/03/",
    "archive": "/archive/",
    "search": "/search/?q=tide",
    "rss": "/feed/",
    "atom": "/harbour/feed/atom/",
    "author feed": "/authors/ada/feed/",
    "tag feed": "/tags/tide/feed/atom/",
    "corrections": "/corrections/",
    "corrections feed": "/corrections/feed/",
    "comments feed": "/2019/03/28/tide-3/comments/feed/",
    "map": "/sitemap-articles-1.xml",
}


@pytest.mark.exhaustive
def test_pages_make_as_many_queries_for_a_hundred_articles_as_for_a_few(crowd: Crowd, client: Client) -> None:
    crowd.grow(5)
    five = {name: asked(client, address) for name, address in PAGES.items()}
    assert {name: queries for name, queries in five.items() if len(queries) > MOST} == {}
    crowd.grow(22)  # a first page is full, and there is a second
    few = {name: len(asked(client, address)) for name, address in PAGES.items()}
    crowd.grow(100)
    many = {name: asked(client, address) for name, address in PAGES.items()}
    assert {name: queries for name, queries in many.items() if len(queries) > MOST} == {}
    assert {name: len(queries) for name, queries in many.items()} == few


@pytest.mark.exhaustive
def test_an_article_makes_as_many_queries_for_five_hundred_comments_as_for_five(crowd: Crowd, client: Client) -> None:
    discussion.terms()
    crowd.grow(12)
    made = ArticlePage.objects.get(slug="tide-3")
    discussion.many_published(made, 5)
    few = asked(client, PAGES["article"])
    discussion.many_published(made, 495)
    many = asked(client, PAGES["article"])
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= MOST, "\n".join(many)
