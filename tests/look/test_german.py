"""A German paper speaks German on every page and in every email, and an article may have a language of its own."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.test import Client
from django.urls import reverse

from broadsheet.accounts.states import Role
from broadsheet.discussion import actions as discussion_actions
from broadsheet.discussion import tokens
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.states import CommentPolicy
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.campaigns import looked_at_once
from tests.factories import accounts, discussion, newsroom
from tools import messages

pytestmark = [pytest.mark.django_db, looked_at_once]

STATES = [state for state in CommentState if state != CommentState.ERASED]


@pytest.fixture(scope="module")
def english() -> set[str]:
    """The whole sentences of the English original, which differ from the German."""
    sentences: set[str] = set()
    for message in messages.catalogue("de"):
        pairs = zip(
            [message.id] if isinstance(message.id, str) else message.id,
            [message.string] if isinstance(message.string, str) else message.string or (),
            strict=False,
        )
        sentences |= {source for source, german in pairs if source != german and source.count(" ") >= 2}
    return {sentence for sentence in sentences if "%" not in sentence and "<" not in sentence}


@pytest.fixture(autouse=True)
def german_paper(db: None) -> None:
    newsroom.paper(language="de", time_zone="Europe/Berlin")
    discussion.terms()


@pytest.fixture
def article() -> ArticlePage:
    return newsroom.article(title="Die Fähre fährt wieder")


def assert_german(html: str, english: set[str]) -> None:
    page = BeautifulSoup(html, "html.parser")
    assert page.html is not None
    assert page.html["lang"] == "de"
    text = " ".join(page.get_text(" ").split())
    assert {sentence for sentence in english if sentence in text} == set()


def test_public_pages_are_in_german(client: Client, article: ArticlePage, english: set[str]) -> None:
    discussion.published(article)
    closed = newsroom.article(comment_policy=CommentPolicy.CLOSED)
    paths = [
        "/",
        f"/{article.address}/",
        f"/{closed.address}/",
        "/archive/",
        "/search/",
        "/search/?q=nichts",
        "/nowhere/",
    ]
    for path in [*paths, f"/{article.address}/comments/write/", "/sign-in/"]:
        assert_german(client.get(path).content.decode(), english)


@pytest.mark.parametrize("state", STATES)
def test_a_receipt_is_in_german_in_every_state(client: Client, state: CommentState, english: set[str]) -> None:
    comment = discussion.in_state(state)
    page = client.get(reverse("discussion:receipt", args=[tokens.receipt_token(comment)]))
    assert_german(page.content.decode(), english)


def test_an_error_in_the_form_is_told_in_german(client: Client, article: ArticlePage, english: set[str]) -> None:
    page = client.post(reverse("discussion:write", args=[article.address]), {"name": "", "text": ""})
    assert_german(page.content.decode(), english)
    assert "Bitte geben Sie Ihren Namen ein." in page.content.decode()


def test_the_desk_is_in_german(english: set[str]) -> None:
    desk, comment = accounts.signed_in(Role.CHIEF_REVIEWER), discussion.pending()
    for path in ("/desk/", reverse("desk:comment", args=[comment.pk])):
        assert_german(desk.get(path).content.decode(), english)


def test_emails_are_in_german_whatever_language_is_active(
    english: set[str], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        comment = discussion.submitted(wants_email=True)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        discussion_actions.verify_comment(comment)
        review.decide(
            discussion.latest(comment),
            Outcome.DECLINE,
            by=discussion.chief(),
            grounds=Grounds(Reason.SLANDER),
        )
    confirmation, decision = (f"{email.subject} {email.body}" for email in mail.outbox)
    assert "Bitte bestätigen Sie Ihren Kommentar" in confirmation
    assert "Er stellt eine unbelegte Behauptung auf" in decision
    assert {sentence for sentence in english if sentence in confirmation + decision} == set()


def test_an_article_in_another_language_says_so(client: Client) -> None:
    article = newsroom.article(language="en", title="The ferry runs again")
    page = BeautifulSoup(client.get(f"/{article.address}/").content, "html.parser")
    story = page.select_one("article.story")
    assert story is not None
    assert story["lang"] == "en"
