"""The page of all corrections and its feeds: each correction of a published article, newest first."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from broadsheet.newsroom.models import ArticlePage, Correction
from tests.factories.newsroom import article, draft, paper
from tests.newsroom.desk import words_of
from tests.newsroom.test_feeds import parsed, texts

pytestmark = pytest.mark.django_db

DAY = datetime(2019, 3, 28, 12, tzinfo=UTC)
FEEDS = ["/corrections/feed/", "/corrections/feed/atom/"]


def corrected(title: str, **dated: date) -> ArticlePage:
    """A published article with these corrections, each as its words and its day."""
    made = article(published_at=DAY, title=title, slug=title.lower(), corrections=list(dated))
    for words, day in dated.items():
        Correction.objects.filter(article=made, text=words).update(made_on=day)
    return made


def entries(client: Client, path: str = "/corrections/") -> list[str]:
    soup = BeautifulSoup(client.get(path).content, "html.parser")
    return [" ".join(entry.get_text(" ").split()) for entry in soup.select("main article")]


def test_each_correction_has_its_day_its_article_and_its_words_newest_first(client: Client) -> None:
    corrected("Ferry", Two=date(2019, 4, 2), Four=date(2019, 4, 4))
    corrected("Quay", Three=date(2019, 4, 3))
    draft(title="Secret", corrections=["Nobody knows."])
    found = ["Ferry 4 April 2019 Four", "Quay 3 April 2019 Three", "Ferry 2 April 2019 Two"]
    assert entries(client) == found
    soup = BeautifulSoup(client.get("/corrections/").content, "html.parser")
    assert [str(link["href"]) for link in soup.select("main h2 a")][1] == "/2019/03/28/quay/#corrections"
    assert soup.select_one('footer a[href="/corrections/"]')
    assert [str(link["href"]) for link in soup.select('link[rel="alternate"]')][2:] == FEEDS


def test_a_paper_without_corrections_says_so(client: Client) -> None:
    assert "No corrections have been published yet." in words_of(client.get("/corrections/"))


def test_corrections_are_paged(client: Client) -> None:
    days = {f"Number{number:02}": date(2019, 4, 1) + timedelta(days=number) for number in range(21)}
    corrected("Ferry", **days)
    assert len(entries(client)) == 20
    assert ["Number00" in entry for entry in entries(client, "/corrections/page/2/")] == [True]
    assert client.get("/corrections/page/3/").status_code == 404


@pytest.mark.parametrize("path", FEEDS)
def test_the_feeds_have_day_article_and_words(path: str, client: Client) -> None:
    paper(time_zone="America/Bogota")
    made = corrected("Ferry", Two=date(2019, 4, 2))
    made.language = "ar"
    made.save()
    feed = parsed(client, path)
    (entry,) = texts(feed, "//item/title | //atom:entry/atom:title")
    assert entry == "Correction: Ferry"
    assert texts(feed, "//item/description | //atom:entry/atom:summary") == ["Two"]
    (address,) = texts(feed, "//item/link | //atom:entry/atom:link/@href")
    assert address == "http://paper.example/2019/03/28/ferry/#corrections"
    (day,) = texts(feed, "//item/pubDate | //atom:entry/atom:published")
    assert day in {"Tue, 02 Apr 2019 00:00:00 -0500", "2019-04-02T00:00:00-05:00"}
    assert "ar" in texts(feed, "//item/dc:language | //atom:entry/@xml:lang")


@pytest.mark.parametrize("path", FEEDS)
def test_an_item_keeps_its_identifier_when_the_article_is_published_again(path: str, client: Client) -> None:
    made = corrected("Ferry", Two=date(2019, 4, 2))
    identifiers = "//item/guid | //atom:entry/atom:id"
    before = texts(parsed(client, path), identifiers)
    edited: Any = made.get_latest_revision_as_object()
    edited.corrections = [*edited.corrections.all(), Correction(text="Five", made_on=date(2019, 4, 5), sort_order=1)]
    edited.save_revision().publish()
    after = texts(parsed(client, path), identifiers)
    assert (len(after), after[1:]) == (2, before)
