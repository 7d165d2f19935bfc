"""What pages and emails say: statuses, stubs, refusals, the page for our own faults."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connections
from django.template.loader import render_to_string
from django.test import Client

from broadsheet.discussion import emails
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.discussion.tokens import code_of
from broadsheet.mail.actions import send_template
from broadsheet.mail.models import Email
from broadsheet.newsroom.models import ArticlePage
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.campaigns import looked_at_once
from tests.factories import discussion
from tests.factories.newsroom import paper
from tests.look import papers

pytestmark = [pytest.mark.django_db, looked_at_once]

STATUSES = {
    CommentState.UNVERIFIED: "Please confirm your email address.",
    CommentState.EXPIRED: "Not confirmed in time.",
    CommentState.PENDING: "Awaiting review.",
    CommentState.HELD: "Awaiting legal review.",
    CommentState.PUBLISHED: "Published.",
    CommentState.DECLINED: "Declined.",
    CommentState.REMOVED: "Removed.",
    CommentState.WITHDRAWN: "You withdrew this comment.",
}


@pytest.fixture
def read(client: Client) -> Callable[[str], BeautifulSoup]:
    return lambda address: BeautifulSoup(client.get(address).content, "lxml")


@pytest.mark.parametrize("state", STATUSES)
def test_a_receipt_says_in_words_where_the_comment_is(
    read: Callable[[str], BeautifulSoup], article: ArticlePage, state: CommentState
) -> None:
    page = read(papers.receipt(discussion.in_state(state, article)))
    assert page.select_one("#status").get_text(strip=True) == STATUSES[state]  # type: ignore[union-attr]


def test_a_receipt_tells_the_reason_and_how_to_object_but_never_the_private_note(
    client: Client, article: ArticlePage
) -> None:
    paper(contact_email="newsroom@paper.example")
    comment = discussion.pending(article)
    grounds = Grounds(Reason.ILLEGAL, law="German Criminal Code § 130", explanation="The second sentence.")
    latest, chief = discussion.latest(comment), discussion.chief()
    review.decide(latest, Outcome.DECLINE, by=chief, grounds=grounds, private_note="Third time.")
    page = client.get(papers.receipt(comment)).content.decode()
    for told in (
        "Illegal.",
        "unlawful in a country",
        "§ 130",
        "The second sentence.",
        "mailto:newsroom@paper.example",
    ):
        assert told in page
    assert "Third time" not in page


def test_the_column_says_who_answers_whom_and_why_a_comment_is_gone(
    read: Callable[[str], BeautifulSoup], article: ArticlePage
) -> None:
    papers.argument(article)
    page = read(f"/{article.address}/")
    comments = page.select(".comments > li")
    assert ["reply" in comment["class"] for comment in comments] == [False, True, True, False, True]
    assert comments[2].select_one(".to").get_text(" ", strip=True) == "in reply to Otto Lind"  # type: ignore[union-attr]
    assert comments[3].get_text(strip=True) == "Removed: Slander"
    assert "He stole it all" not in page.get_text()


def test_a_name_leads_to_its_web_site_and_the_time_to_the_comment(
    read: Callable[[str], BeautifulSoup], article: ArticlePage
) -> None:
    first = papers.argument(article)
    comment = read(f"/{article.address}/").select_one(f"#comment-{first.pk}")
    assert comment is not None
    name, when = comment.select_one("bdi.who a"), comment.select_one("a.when")
    assert name is not None
    assert (name["href"], name["rel"]) == ("https://ida.example/", ["nofollow", "ugc", "noopener"])
    assert when is not None
    assert when["href"] == f"/comments/{first.pk}/"


def test_the_text_begins_with_its_place(read: Callable[[str], BeautifulSoup], article: ArticlePage) -> None:
    first = read(f"/{article.address}/").select_one(".body > p")
    assert first is not None
    assert first.get_text().startswith("BRACKWATER\N{NO-BREAK SPACE}— The ferry stays")


def test_an_unpublished_article_offers_next_steps(read: Callable[[str], BeautifulSoup], article: ArticlePage) -> None:
    article.unpublish()
    page = read(f"/{article.address}/")
    assert page.select_one("h1").get_text() == "This article is no longer available"  # type: ignore[union-attr]
    assert page.select_one('.next-steps a[href="/archive/"]')


def test_a_refusal_leaves_the_text_in_the_form(client: Client, article: ArticlePage) -> None:
    version = discussion.terms()
    ArticlePage.objects.filter(pk=article.pk).update(comment_policy="closed")
    sent = {"terms": version.pk, "name": "Ada", "email": "ada@reader.example", "text": "I stood on the <quay>."}
    answer = client.post(f"/{article.address}/comments/write/", sent)
    page = BeautifulSoup(answer.content, "lxml")
    assert page.select_one("[role=alert] p").get_text(strip=True).startswith("Comments are closed on this article.")  # type: ignore[union-attr]
    assert page.select_one("textarea").get_text(strip=True) == "I stood on the <quay>."  # type: ignore[union-attr]


def test_the_error_page_needs_no_database() -> None:
    connections.close_all()
    assert "The problem is on our side" in render_to_string("500.html")


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "410"])
def test_every_other_error_page_offers_next_steps(rf: object, code: str) -> None:
    assert 'href="/archive/"' in render_to_string(f"{code}.html")


def rendered(email: dict[str, Any]) -> Email:
    """The email as it is stored for the mail server."""
    return send_template(to="ada@reader.example", **email)


def test_an_email_carries_the_link_the_code_and_nobodys_words_or_address(article: ArticlePage) -> None:
    comment = discussion.submitted(article, name="Buy Pills", text="pills.example", address="ada@reader.example")
    email = rendered(emails.confirmation_email(comment))
    subject, text = str(email.subject), str(email.text)
    assert code_of(comment) in text
    assert "/comments/confirm/" in text
    assert article.title in text
    assert not [word for word in ("Pills", "pills", "ada@") if word in subject + text]
    assert "\n" not in subject


def test_an_email_writes_ampersands_as_they_are(article: ArticlePage) -> None:
    ArticlePage.objects.filter(pk=article.pk).update(title="Fish & “chips” <again>")
    article.refresh_from_db()
    comment = discussion.pending(article)
    assert "“Fish & “chips” <again>”" in str(rendered(emails.published_email(discussion.fresh(comment))).text)
