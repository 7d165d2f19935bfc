"""The feed of an article's comments has what its column shows, and nothing that a reviewer has not read."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.models import ArticlePage
from broadsheet.review.outcomes import Outcome
from tests.factories import discussion, newsroom
from tests.newsroom.test_feeds import as_html, parsed, texts

pytestmark = pytest.mark.django_db

FEEDS = ["feed/", "feed/atom/"]


@pytest.fixture
def dredger() -> ArticlePage:
    newsroom.paper(name="Courant")
    return newsroom.article(title="The <dredger> & the tide", slug="dredger")


def feed_of(article: ArticlePage, kind: str) -> str:
    return f"{article.get_absolute_url()}comments/{kind}"


@pytest.mark.parametrize("kind", FEEDS)
def test_the_feed_has_the_published_comments_the_last_one_first(
    kind: str, dredger: ArticlePage, client: Client
) -> None:
    first = discussion.published(dredger, text="I saw <b>it</b>.\nTwice.", name="Ida & Per")
    second = discussion.published(dredger, text="So did I.", parent=first)
    discussion.published(newsroom.article(), text="Elsewhere.")
    feed = parsed(client, feed_of(dredger, kind))
    words = texts(feed, "//item/description | //atom:entry/atom:summary")
    assert [as_html(text) for text in words] == [("So did I.", []), ("I saw <b>it</b>.Twice.", ["br"])]
    assert texts(feed, "//item/title | //atom:entry/atom:title")[1] == "Comment by Ida & Per"
    assert texts(feed, "//item/dc:creator | //atom:entry/atom:author/atom:name")[1] == "Ida & Per"
    links = [f"http://paper.example/comments/{comment.pk}/" for comment in (second, first)]
    assert texts(feed, "//item/link | //atom:entry/atom:link/@href") == links
    (title,) = texts(feed, "channel/title | atom:title")
    assert title == "Courant: comments on “The <dredger> & the tide”"


@pytest.mark.parametrize("kind", FEEDS)
@pytest.mark.parametrize("state", sorted(set(CommentState) - {CommentState.PUBLISHED, CommentState.ERASED}))
def test_a_comment_in_any_other_state_is_not_in_the_feed(
    state: CommentState, kind: str, dredger: ArticlePage, client: Client
) -> None:
    comment = discussion.in_state(state, dredger, text="A heron said this.", name="Heron")
    feed = client.get(feed_of(dredger, kind)).content.decode()
    assert "eron" not in feed
    assert str(comment.pk) not in feed


@pytest.mark.parametrize("kind", FEEDS)
def test_a_removed_comment_with_replies_leaves_nothing_in_the_feed(
    kind: str, dredger: ArticlePage, client: Client
) -> None:
    opener = discussion.published(dredger, text="A heron said this.")
    discussion.published(dredger, text="Indeed.", parent=opener)
    discussion.decided(opener, Outcome.REMOVE)
    feed = parsed(client, feed_of(dredger, kind))
    assert texts(feed, "//item/description | //atom:entry/atom:summary") == ["Indeed."]


@pytest.mark.parametrize("kind", FEEDS)
def test_an_article_without_comments_has_an_empty_feed_and_one_off_the_site_none(
    kind: str, dredger: ArticlePage, client: Client
) -> None:
    assert not parsed(client, feed_of(dredger, kind)).xpath("//item")
    address = feed_of(dredger, kind)
    dredger.unpublish()
    assert client.get(address).status_code == 404


def test_an_article_names_the_feed_of_its_comments(dredger: ArticlePage, client: Client) -> None:
    head = BeautifulSoup(client.get(dredger.get_absolute_url()).content, "html.parser")
    link = head.select_one(f'link[rel="alternate"][href="{feed_of(dredger, "feed/")}"]')
    assert link is not None
    assert link["title"] == "Courant: comments on “The <dredger> & the tide”"
