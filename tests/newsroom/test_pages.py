"""Every address of the newsroom answers as it should: found, moved, gone, never there, never by POST."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet.newsroom.models import ArticlePage
from tests.factories.newsroom import article, author, front_page, paper, photo, plain_page, section

pytestmark = pytest.mark.django_db

DAY = datetime(2019, 3, 28, 12, tzinfo=UTC)


@pytest.fixture
def dredger() -> ArticlePage:
    who = author("Ada Lindqvist")
    made = article(
        section("Harbour"),
        DAY,
        title="Dredger brings up an anchor",
        slug="dredger",
        deck="It weighs two tons.",
        byline=[who],
        tags=["Ferry"],
        lead_image=photo(),
        lead_alt="A dredger",
    )
    plain_page("About")
    return made


ADDRESSES = [
    "/",
    "/harbour/",
    "/2019/03/28/dredger/",
    "/2019/03/28/",
    "/2019/03/",
    "/2019/",
    "/archive/",
    "/search/",
    "/search/?q=anchor",
    "/authors/ada-lindqvist/",
    "/tags/ferry/",
    "/about/",
    "/feed/",
    "/feed/atom/",
    "/harbour/feed/",
    "/harbour/feed/atom/",
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/sitemap-articles-1.xml",
    "/news-sitemap.xml",
    "/robots.txt",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_of_the_newsroom_is_found_with_get_and_head_and_refuses_post(
    address: str, dredger: ArticlePage, client: Client
) -> None:
    got = client.get(address)
    assert got.status_code == 200
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405
    assert not got.cookies


NOWHERE = [
    "/2019/02/30/",
    "/2019/13/",
    "/2019/00/",
    "/2019/03/00/",
    "/2019/03/39/",
    "/2019/03/27/",
    "/2019/04/",
    "/2018/",
    "/2999/12/31/",
    "/2019/03/28/anchor/",
    "/harbour/page/0/",
    "/harbour/page/2/",
    "/harbour/page/99999999999999999999/",
    "/authors/nobody/",
    "/authors/ada-lindqvist/page/0/",
    "/authors/ada-lindqvist/page/99999999999999999999/",
    "/tags/nothing/",
    "/tags/ferry/page/0/",
    "/tags/ferry/page/99999999999999999999/",
    "/search/page/0/?q=anchor",
    "/search/page/99999999999999999999/?q=anchor",
    "/nowhere/feed/",
    "/nowhere/page/2/",
    "/sitemap-articles-0.xml",
    "/sitemap-articles-2.xml",
    "/sitemap-articles-99999999999999999999.xml",
]


@pytest.mark.parametrize("address", NOWHERE)
def test_an_unknown_address_is_not_found(address: str, dredger: ArticlePage, client: Client) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/harbour/dredger/", "/2019/03/28/dredger/"),
        ("/harbour/page/1/", "/harbour/"),
        ("/authors/ada-lindqvist/page/1/", "/authors/ada-lindqvist/"),
        ("/tags/ferry/page/1/", "/tags/ferry/"),
        ("/search/page/1/?q=anchor", "/search/?q=anchor"),
        ("/2019/03/28/dredger", "/2019/03/28/dredger/"),
    ],
)
def test_a_second_address_redirects_permanently_to_the_first(
    address: str, target: str, dredger: ArticlePage, client: Client
) -> None:
    answer = client.get(address)
    assert answer.status_code == 301
    assert answer.headers["Location"] == target


def test_an_unpublished_article_answers_410(dredger: ArticlePage, client: Client) -> None:
    dredger.unpublish()
    answer = client.get("/2019/03/28/dredger/")
    assert answer.status_code == 410
    assert "no longer available" in answer.content.decode()
    assert "anchor" not in answer.content.decode()
    assert client.get("/harbour/dredger/").status_code == 404


def test_a_draft_is_on_no_page(client: Client, dredger: ArticlePage) -> None:
    dredger.unpublish()
    for address in ADDRESSES:
        answer = client.get(address)
        assert "Dredger" not in answer.content.decode(), address


def test_an_address_is_dated_in_the_papers_zone() -> None:
    paper(time_zone="America/Bogota")
    made = article(section("Harbour"), datetime(2019, 3, 29, 2, 30, tzinfo=UTC), slug="dredger")
    assert made.address == "2019/03/28/dredger"
    assert made.published_at == datetime(2019, 3, 29, 2, 30, tzinfo=UTC)


def test_the_archive_counts_by_year_month_day_and_section(dredger: ArticlePage, client: Client) -> None:
    article(dredger.section, datetime(2019, 4, 1, tzinfo=UTC))
    article(section("Town"), datetime(2017, 1, 9, tzinfo=UTC))
    top = client.get("/archive/").context
    assert [(row["day"].year, row["count"]) for row in top["years"]] == [(2019, 2), (2017, 1)]
    assert [(entry.title, entry.count) for entry in top["sections"]] == [("Harbour", 2), ("Town", 1)]
    year = client.get("/2019/").context
    assert [(row["day"].month, row["count"]) for row in year["months"]] == [(3, 1), (4, 1)]
    assert (year["near"].earlier.year, year["near"].later) == (2017, None)
    month = client.get("/2019/03/").context
    assert [(row["edition_date"].day, row["count"]) for row in month["days"]] == [(28, 1)]
    assert (month["near"].earlier.year, month["near"].later.month) == (2017, 4)
    day = client.get("/2019/03/28/").context
    assert [found.title for found in day["articles"]] == ["Dredger brings up an anchor"]
    assert day["near"].later.isoformat() == "2019-04-01"


def test_a_list_has_pages_of_twenty_newest_first(client: Client) -> None:
    harbour = section("Harbour")
    for day in range(1, 22):
        article(harbour, datetime(2019, 3, day, tzinfo=UTC), title=f"Day {day}")
    first, second = client.get("/harbour/").context["articles"], client.get("/harbour/page/2/").context["articles"]
    assert [found.title for found in first][:2] == ["Day 21", "Day 20"]
    assert len(first) == 20
    assert [found.title for found in second] == ["Day 1"]


@pytest.mark.parametrize("name", ["Zürich Ost", "Энергия", "C/D"])
def test_a_tag_of_any_script_has_a_page(name: str, client: Client) -> None:
    made = article(section("Harbour"), DAY, tags=[name])
    text = client.get(made.get_absolute_url()).content.decode()
    address = text.split('rel="tag" href="')[1].split('"')[0]
    assert made.title in client.get(address).content.decode()


def test_there_is_one_front_page() -> None:
    assert not type(front_page()).can_create_at(front_page().get_parent())


@pytest.mark.parametrize("path", ["/authors/ada-lindqvist/", "/tags/ferry/", "/harbour/", "/sitemap.xml"])
def test_a_list_is_counted_without_the_texts_of_its_articles(dredger: ArticlePage, client: Client, path: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    counted = [one["sql"] for one in asked if "COUNT(" in one["sql"]]
    assert counted
    assert [sql for sql in counted if '"body"' in sql or "wagtailcore_page" in sql] == []
