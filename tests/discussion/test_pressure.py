"""Under pressure, comments are accepted, and their emails come later and slowly unless a browser solves a puzzle."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import altcha
import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from broadsheet.discussion import actions, rules, tokens
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import CommentState
from broadsheet.limits.states import rates
from broadsheet.mail.delivery import deliver_due
from broadsheet.mail.models import Email
from broadsheet.newsroom.models import ArticlePage
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db

START = datetime.fromisoformat("2026-03-02T08:00:00+00:00")
SIZES = {"comments_thread": "3/hour", "comments_paper": "5/hour", "slowed_emails_network": "4/hour"}
HERE = "203.0.113.7"
numbers = count(1)


@pytest.fixture(autouse=True)
def _limits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LIMITS = rates(SIZES)
    monkeypatch.setattr(tokens, "CHALLENGE_COST", 1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def article() -> ArticlePage:
    return newsroom.article(published_at=START - timedelta(days=1))


def flood(article: ArticlePage, number: int) -> None:
    for _ in range(number):
        discussion.submitted(article)


def write(article: ArticlePage, *, of: str = HERE, to: str = "") -> tuple[Comment, str]:
    """Send the form; return the comment, and the address of the page that waits for its code."""
    sent = {"terms": discussion.terms().pk, "name": "Ida", "text": f"Boat {next(numbers)}."}
    address = {"email": to or f"reader{next(numbers)}@honest.example"}
    answer = Client(REMOTE_ADDR=of).post(reverse("discussion:write", args=[article.address]), {**sent, **address})
    assert answer.status_code == 302
    token = answer.headers["Location"].split("/")[3]
    return tokens.comment_of_waiting(token), token


def page_of(token: str) -> str:
    return Client().get(reverse("discussion:waiting", args=[token])).content.decode()


def solution_for(comment: Comment) -> str:
    challenge = altcha.Challenge.from_dict(json.loads(tokens.challenge_for(comment)))
    solved = altcha.solve_challenge(challenge)
    assert solved
    return altcha.Payload(challenge, solved).to_base64()


def solve(token: str, solution: str) -> int:
    answer = Client().post(reverse("discussion:solve_challenge", args=[token]), {"solution": solution})
    return answer.status_code


def due_in(comment: Comment) -> timedelta:
    return Email.objects.get(about=f"confirmation {comment.pk}").next_attempt_at - timezone.now()


@pytest.mark.parametrize("size", ["comments_thread", "comments_paper"])
def test_pressure_begins_with_the_limit_of_the_thread_or_the_paper(
    size: str, article: ArticlePage, settings: Settings
) -> None:
    settings.LIMITS = rates({"comments_thread": "900/hour", "comments_paper": "900/hour", size: "3/hour"})
    other = newsroom.article()
    flood(article, 2)
    assert not rules.is_under_pressure(discussion.thread(article))
    flood(article, 1)
    assert rules.is_under_pressure(discussion.thread(article))
    assert rules.is_under_pressure(discussion.thread(other)) == (size == "comments_paper")


def test_comments_of_proven_addresses_and_of_the_hour_before_are_no_pressure(article: ArticlePage, clock: Any) -> None:
    for _ in range(9):
        discussion.pending(article)
    assert not rules.is_under_pressure(discussion.thread(article))
    flood(article, 9)
    assert rules.is_under_pressure(discussion.thread(article))
    clock.shift(timedelta(hours=1))
    assert not rules.is_under_pressure(discussion.thread(article))


def test_without_pressure_the_email_leaves_at_once_and_the_page_has_no_script_for_it(article: ArticlePage) -> None:
    comment, token = write(article)
    assert due_in(comment) == timedelta(0)
    assert "altcha" not in page_of(token)


def test_under_pressure_a_comment_is_accepted_and_its_email_comes_later_and_slowly(
    article: ArticlePage, clock: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    flood(article, 3)
    Email.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        (first, token), *others = [write(article) for _ in range(4)]
        elsewhere, _ = write(article, of="198.51.100.7")
    assert [due_in(comment) for comment in (first, others[0][0])] == [timedelta(minutes=15), timedelta(minutes=30)]
    assert due_in(elsewhere) == timedelta(minutes=15)  # no network waits for another
    assert not mail.outbox
    page = page_of(token)
    assert "our email may take up to an hour" in page
    assert "js/altcha/altcha.min.js" in page
    clock.shift(timedelta(minutes=15))
    deliver_due()
    assert sorted(email.to[0] for email in mail.outbox) == sorted([str(first.address), str(elsewhere.address)])


def test_the_email_of_a_full_queue_is_sent_when_it_is_requested_or_the_puzzle_is_solved(article: ArticlePage) -> None:
    flood(article, 3)
    written = [write(article) for _ in range(6)]
    Email.objects.exclude(about=f"confirmation {written[0][0].pk}").delete()
    (requested, _), (solved, token) = written[4:]
    assert (requested.emails_sent, solved.emails_sent) == (0, 0)
    actions.resend_confirmation(requested, network=HERE)
    assert solve(token, solution_for(solved)) == 204
    assert due_in(requested) == due_in(solved) == timedelta(0)


def test_a_solved_puzzle_sends_the_email_at_once_and_only_once(article: ArticlePage) -> None:
    flood(article, 3)
    comment, token = write(article)
    assert due_in(comment) > timedelta(0)
    assert solve(token, solution_for(comment)) == 204
    assert due_in(comment) == timedelta(0)
    assert "altcha" not in page_of(token)
    assert solve(token, solution_for(comment)) == 204
    assert Email.objects.filter(about=f"confirmation {comment.pk}").count() == 1


@pytest.mark.parametrize("solution", ["", "x", "e30=", "é", "{}"])
def test_what_solves_nothing_hastens_nothing(article: ArticlePage, solution: str) -> None:
    flood(article, 3)
    comment, token = write(article)
    assert solve(token, solution) == 422
    assert due_in(comment) > timedelta(0)


def test_a_puzzle_is_good_for_its_own_comment_alone_and_for_a_day(article: ArticlePage, clock: Any) -> None:
    flood(article, 3)
    (mine, token), (other, _) = write(article), write(article)
    assert solve(token, solution_for(other)) == 422
    solution = solution_for(mine)
    clock.shift(timedelta(hours=24, seconds=1))
    assert not tokens.solves_challenge(mine, solution)


def test_the_puzzle_is_the_same_in_each_state_of_the_comment(article: ArticlePage) -> None:
    flood(article, 3)
    comment, token = write(article)
    before = page_of(token)
    actions.verify_comment(comment)
    after = page_of(token)
    challenges = {page.partition('data-challenge="')[2].partition('" data-action')[0] for page in (before, after)}
    assert len(challenges) == 2
    for challenge in challenges:
        before, after = before.replace(challenge, ""), after.replace(challenge, "")
    assert before == after
    assert solve(token, solution_for(comment)) == 204
    assert discussion.fresh(comment).state == CommentState.PENDING


@pytest.mark.parametrize("pressed", [False, True])
def test_under_pressure_too_every_address_costs_and_is_told_the_same(
    article: ArticlePage, pressed: bool, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(4):  # a mailbox that has had its emails, of a known commenter
            actions.verify_comment(discussion.submitted(address="ida@post.example"))
    flood(article, 5 if pressed else 0)

    def told(to: str) -> tuple[list[str], str]:
        with CaptureQueriesContext(connection) as log:
            comment, token = write(article, of=f"198.51.{next(numbers)}.1", to=to)
        page = page_of(token).replace(token, "")
        head, _, rest = page.partition('data-challenge="')
        queries = [" ".join(query["sql"].split()[: 1 if "SAVEPOINT" in query["sql"] else 3]) for query in log]
        return queries, f"{comment.emails_sent} {head} " + rest.partition('" data-action')[2]

    told("warm@post.example")
    assert told("ida@post.example") == told("new@post.example")
