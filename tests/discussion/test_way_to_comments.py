"""The number of comments at the head of an article leads to the column, whose head leads to the form."""

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.states import CommentPolicy
from broadsheet.review.outcomes import Outcome
from tests.factories import discussion, newsroom
from tests.pagecache.conftest import Committing, committed, reader
from tests.pagecache.readers import Reader

__all__ = ["committed", "reader"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def dredger(db: None) -> ArticlePage:
    discussion.terms()
    return newsroom.article(slug="dredger")


def links(reader: Reader, article: ArticlePage) -> tuple[str, str]:
    """The text and the target of the link at the head of the article; empty without one."""
    soup = BeautifulSoup(reader.get(f"/{article.address}/").body, "html.parser")
    link = soup.select_one("article.story .rail .to-comments a")
    if not isinstance(link, Tag):
        return "", ""
    target = str(link["href"])
    assert soup.select_one(target) is not None, f"{target} is not on the page"
    return link.get_text(), target


def test_the_number_is_right_at_once_after_each_decision(
    dredger: ArticlePage, reader: Reader, committed: Committing
) -> None:
    assert links(reader, dredger) == ("Write a comment", "#write")
    with committed():
        first = discussion.pending(dredger)
    assert reader.is_baked(f"/{dredger.address}/")
    assert links(reader, dredger) == ("Write a comment", "#write")
    with committed():
        discussion.decided(first, Outcome.APPROVE)
        second = discussion.published(dredger)
    assert links(reader, dredger) == ("2 comments", "#comments")
    with committed():
        discussion.decided(second, Outcome.REMOVE)
    assert links(reader, dredger) == ("1 comment", "#comments")


def test_a_closed_column_without_comments_has_no_link(reader: Reader, dredger: ArticlePage) -> None:
    closed = newsroom.article(comment_policy=CommentPolicy.CLOSED)
    assert links(reader, closed) == ("", "")


@pytest.mark.parametrize(("policy", "leads"), [(CommentPolicy.OPEN, True), (CommentPolicy.CLOSED, False)])
def test_the_head_of_the_column_leads_to_the_form_while_there_is_one(
    policy: CommentPolicy, leads: bool, reader: Reader, dredger: ArticlePage
) -> None:
    discussion.published(dredger)
    ArticlePage.objects.filter(pk=dredger.pk).update(comment_policy=policy)
    soup = BeautifulSoup(reader.uncached(f"/{dredger.address}/").body, "html.parser")
    assert [str(link["href"]) for link in soup.select("#comments header .to-form a")] == ["#write"] * leads
    assert bool(soup.select_one("#write")) == leads


def test_the_comments_are_counted_once_for_a_page(reader: Reader, dredger: ArticlePage) -> None:
    discussion.published(dredger)
    with CaptureQueriesContext(connection) as log:
        assert "1 comment" in reader.uncached(f"/{dredger.address}/").text
    counts = [query["sql"] for query in log if "COUNT(*)" in query["sql"] and "discussion_comment" in query["sql"]]
    assert len(counts) == 1
