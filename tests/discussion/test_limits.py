"""Floods of comments, codes and emails: a network is refused for a time, a mailbox is spared, nobody is locked out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from broadsheet.commenters.models import address_digest
from broadsheet.discussion import actions, tokens
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import CommentState
from broadsheet.limits.states import rates
from broadsheet.mail.models import Email
from broadsheet.mail.states import EmailState
from broadsheet.newsroom.models import ArticlePage
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db

START = datetime.fromisoformat("2026-03-02T08:00:00+00:00")
HERE, THERE = "203.0.113.7", "198.51.100.7"
SPELLINGS = ["ida@gmail.com", "IDA@gmail.com", "i.d.a@GoogleMail.com", "ida+1@gmail.com", "ida+2@gmail.com"]


@pytest.fixture(autouse=True)
def _limits(settings: Settings) -> None:
    sizes = {"comments_network": "3/hour", "codes_network": "4/hour", "requested_emails_network": "4/hour"}
    settings.LIMITS = rates(sizes)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def article() -> ArticlePage:
    return newsroom.article(published_at=START - timedelta(days=1))


def write(article: ArticlePage, text: str, *, of: str = HERE, to: str = "", **headers: str) -> Any:
    sent = {"terms": discussion.terms().pk, "name": "Ida Holm", "email": to or f"{abs(hash(text))}@post.example"}
    address = reverse("discussion:write", args=[article.address])
    return Client(REMOTE_ADDR=of, **headers).post(address, {**sent, "text": text})  # type: ignore[arg-type]


def post(name: str, token: str, *, of: str = HERE, **sent: str) -> Any:
    return Client(REMOTE_ADDR=of).post(reverse(f"discussion:{name}", args=[token]), sent)


def token_of(answer: Any) -> str:
    return str(answer.headers["Location"].split("/")[3])


# Networks ---------------------------------------------------------------------------------------------------------


def test_a_network_that_has_sent_many_comments_is_refused_in_words_and_the_text_comes_back(
    article: ArticlePage, clock: Any
) -> None:
    assert [write(article, f"{number}. Boat.").status_code for number in range(3)] == [302, 302, 302]
    answer = write(article, "The fourth boat.", to="ida@post.example")
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1200")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Your text is still in the form: please submit it again in 20 minutes." in page
    assert "Please correct" not in page
    assert "The fourth boat." in page
    assert 'value="ida@post.example"' in page
    assert Comment.objects.count() == 3
    assert write(article, "The fourth boat.", of="203.0.113.200").status_code == 429
    assert write(article, "The fourth boat.", of=THERE).status_code == 302
    clock.shift(timedelta(minutes=20))
    assert write(article, "The fourth boat.").status_code == 302


def test_forged_headers_and_other_addresses_of_an_office_change_nothing(article: ArticlePage) -> None:
    told = [
        write(article, f"{number}. Boat.", HTTP_X_FORWARDED_FOR=f"192.0.{number}.1").status_code for number in range(4)
    ]
    assert told == [302, 302, 302, 429]
    sixth = [write(article, f"{at}. Ship.", of=f"2001:db8:1:2{at:02x}::{at}").status_code for at in range(4)]
    assert sixth == [302, 302, 302, 429]


def test_a_refused_comment_waits_for_no_writer_and_writes_nothing(article: ArticlePage) -> None:
    for number in range(3):
        write(article, f"{number}. Boat.")
    with CaptureQueriesContext(connection) as log:
        assert write(article, "The fourth boat.").status_code == 429
    assert {query["sql"].split()[0] for query in log} == {"SELECT"}


def test_where_two_come_at_once_the_second_is_refused_in_the_transaction(
    article: ArticlePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.limits.actions.check", lambda *_: None)  # both have passed it
    assert [write(article, f"{number}. Boat.").status_code for number in range(4)] == [302, 302, 302, 429]
    assert Comment.objects.count() == 3


def test_codes_are_limited_by_network_in_each_state(article: ArticlePage) -> None:
    for state in (CommentState.UNVERIFIED, CommentState.PENDING):
        comment = discussion.in_state(state)
        network = f"192.0.{len(state)}.1"
        told = [post("waiting", tokens.waiting_token(comment), of=network, code="000000") for _ in range(5)]
        assert [answer.status_code for answer in told] == [422, 422, 422, 422, 429]
        assert told[-1].headers["Retry-After"] == "900"
        assert "try again in 15 minutes, or use the link in our email." in told[-1].content.decode()


def test_the_codes_of_one_mailbox_cannot_be_guessed_with_many_comments(settings: Settings) -> None:
    settings.LIMITS = rates({"codes_mailbox": "6/day"})
    comments = [discussion.submitted(address=spelled) for spelled in SPELLINGS[:4]]
    wrong = [discussion.wrong_code(comment) for comment in comments]
    for number in range(6):
        comment = comments[number % 3]
        answer = post("waiting", tokens.waiting_token(comment), of=f"192.0.{number}.1", code=wrong[number % 3])
        assert answer.status_code == 422
    last = tokens.waiting_token(comments[3])
    right = post("waiting", last, of="192.0.99.1", code=tokens.code_of(comments[3]))
    assert right.status_code == 422
    assert "That code didn’t work" in right.content.decode()
    other = discussion.submitted(address="otto@post.example")
    assert post("waiting", tokens.waiting_token(other), code=tokens.code_of(other)).status_code == 302
    link = discussion.confirmation_token(comments[3])
    assert post("confirm", link).status_code == 302  # nobody has locked her out


def test_attempts_at_a_locked_code_count_for_their_network(settings: Settings) -> None:
    settings.LIMITS = rates({"codes_network": "7/hour"})
    comment = discussion.submitted()
    token, wrong = tokens.waiting_token(comment), discussion.wrong_code(comment)
    told = [post("waiting", token, of="192.0.2.1", code=wrong).status_code for _ in range(8)]
    assert told == [422] * 7 + [429]


# Emails -----------------------------------------------------------------------------------------------------------


def test_three_unrequested_emails_a_day_reach_a_mailbox_however_it_is_spelled_and_whoever_writes(
    article: ArticlePage, clock: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    answers = []
    with django_capture_on_commit_callbacks(execute=True):
        for number, spelled in enumerate(SPELLINGS):
            answers.append(write(article, f"{number}. Boat.", of=f"198.51.{number}.1", to=spelled))
    assert [answer.status_code for answer in answers] == [302] * 5
    assert Comment.objects.filter(state=CommentState.UNVERIFIED).count() == 5
    assert len(mail.outbox) == 3
    withheld = Email.objects.filter(state=EmailState.WITHHELD)
    assert list(withheld.values_list("recipient", "subject", "text", "mailbox")) == [(None, None, None, None)] * 2
    with django_capture_on_commit_callbacks(execute=True):
        write(article, "Another mailbox.", to="ben@post.example")
    assert len(mail.outbox) == 4
    clock.shift(timedelta(hours=23, minutes=59))
    with django_capture_on_commit_callbacks(execute=True):
        write(article, "Too early.", to="ida@gmail.com")
    assert len(mail.outbox) == 4
    clock.shift(timedelta(minutes=2))
    with django_capture_on_commit_callbacks(execute=True):
        write(article, "A day later.", to="ida@gmail.com")
    assert len(mail.outbox) == 5


def test_an_email_that_is_sent_again_counts_like_any_other_and_nobody_is_told(
    article: ArticlePage, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    comments = [discussion.submitted(article, address=spelled) for spelled in SPELLINGS]
    with django_capture_on_commit_callbacks(execute=True):
        asked = [(tokens.waiting_token(comment), f"192.0.{at}.1") for at, comment in enumerate(comments)]
        told = [post("send_again", token, of=network) for token, network in asked]
        other = post("send_again", tokens.waiting_token(discussion.submitted(address="ben@post.example")))
    assert [answer.status_code for answer in told] == [302] * 5
    assert sum("ida" in email.to[0].lower().replace(".", "") for email in mail.outbox) == 3
    assert (other.status_code, mail.outbox[-1].to) == (302, ["ben@post.example"])


def test_a_flood_under_other_spellings_of_a_mailbox_does_not_lock_out_its_owner(
    article: ArticlePage, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        flood = [discussion.submitted(article, address=f"ida+{number}@post.example") for number in range(3)]
        for number, comment in enumerate(flood):
            post("send_again", tokens.waiting_token(comment), of=f"192.0.{number}.1")
        mine = token_of(write(article, "This is mine.", to="ida@post.example"))
        assert post("send_again", mine).status_code == 302
    assert sorted(email.to[0] for email in mail.outbox)[-1] == "ida@post.example"
    assert len(mail.outbox) == 3


def test_an_email_counts_no_more_once_its_comment_is_confirmed(
    article: ArticlePage, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for number in range(6):  # a busy day
        with django_capture_on_commit_callbacks(execute=True):
            comment = discussion.submitted(article, address="ida@post.example")
        assert len(mail.outbox) == number + 1
        actions.verify_comment(comment)


def test_an_email_about_a_comment_that_is_disowned_counts(
    article: ArticlePage, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for _ in range(6):
        with django_capture_on_commit_callbacks(execute=True):
            comment = discussion.submitted(article, address="ida@post.example")
        actions.answer_for_comments(address_digest("ida@post.example"), confirmed=[], disowned=[comment.pk])
    assert len(mail.outbox) == 3


def test_a_network_that_requests_many_emails_is_refused_in_each_state(article: ArticlePage) -> None:
    for at, state in enumerate((CommentState.UNVERIFIED, CommentState.PENDING)):
        comments = [discussion.in_state(state, article) for _ in range(5)]
        told = [post("send_again", tokens.waiting_token(comment), of=f"192.0.{at}.1") for comment in comments]
        assert [answer.status_code for answer in told] == [302, 302, 302, 302, 429]
        assert "Please try again in 15 minutes" in told[-1].content.decode()


def test_a_mailbox_that_has_had_its_emails_costs_a_submission_nothing_more(
    article: ArticlePage, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(4):
            discussion.submitted(article, address="ida@post.example")

    def queries(to: str) -> list[str]:
        with CaptureQueriesContext(connection) as log:
            assert write(article, f"For {to}", of=THERE, to=to).status_code == 302
        return [" ".join(query["sql"].split()[: 1 if "SAVEPOINT" in query["sql"] else 3]) for query in log]

    queries("warm@post.example")
    assert queries("ida@post.example") == queries("new@post.example")


def test_every_link_still_works_when_a_mailbox_has_had_its_emails(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        comments = [discussion.submitted(address="ida@post.example") for _ in range(5)]
    assert len(mail.outbox) == 3
    assert all(actions.verify_comment(comment).state == CommentState.PENDING for comment in comments)
