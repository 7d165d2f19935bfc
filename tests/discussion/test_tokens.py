"""What each token is good for: token × page × state × method × code, in one table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from broadsheet.core.secrets import encrypt
from broadsheet.discussion import actions, tokens
from broadsheet.discussion.errors import EnoughEmails, LinkExpired
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import TAKEN_BACK, TRANSITIONS, CommentState, Move
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db

REACHED = [state for state in CommentState if state != CommentState.ERASED]
TOKENS: dict[str, Callable[[Comment], str]] = {
    "waiting": tokens.waiting_token,
    "confirmation": discussion.confirmation_token,
    "receipt": tokens.receipt_token,
}
# By page: the only token that opens it, and the methods it answers.
PAGES = {
    "waiting": ("waiting", {"GET", "HEAD", "POST"}),
    "send_again": ("waiting", {"POST"}),
    "write_again": ("waiting", {"GET", "HEAD"}),
    "confirm": ("confirmation", {"GET", "HEAD", "POST"}),
    "receipt": ("receipt", {"GET", "HEAD"}),
    "withdraw": ("receipt", {"POST"}),
}
MOMENTS = {"Expires", "Last-Modified"}  # headers with the present second
CODES = ["right", "wrong", "malformed", "right after five wrong ones"]


def expected(page: str, token: str, state: CommentState, method: str, code: str) -> int:
    """Return the status that the table has for a request."""
    opened_by, methods = PAGES[page]
    if method not in methods:
        return 405
    if token != opened_by:
        return 410
    confirms = page == "confirm" or (page, method) == ("waiting", "POST")
    if (page, method) == ("waiting", "POST") and code != "right":
        return 422
    if page == "withdraw" and Move.WITHDRAW not in TRANSITIONS[state] and state != CommentState.WITHDRAWN:
        return 409
    taken_back, done = confirms and state in TAKEN_BACK, 302 if method == "POST" else 200
    return 410 if taken_back else done


def entered(comment: Comment, code: str) -> str:
    """Return the digits that are typed, after the wrong ones before them."""
    right = tokens.code_of(comment)
    if code == "right after five wrong ones":
        Comment.objects.filter(pk=comment.pk).update(code_attempts=tokens.MAX_CODE_ATTEMPTS)
    return {"wrong": f"{(int(right) + 1) % 1_000_000:06d}", "malformed": "12 34"}.get(code, right)


@contextmanager
def undone() -> Iterator[None]:
    """Undo what happens within."""
    savepoint = transaction.savepoint()  # no atomic block: those of the actions are durable
    yield
    transaction.savepoint_rollback(savepoint)
    connection.run_on_commit.clear()


def ask(page: str, token: str, method: str, code: str = "") -> HttpResponse:
    """Send one request, with a code if there is one."""
    address = reverse(f"discussion:{page}", args=[token])
    if method == "POST":
        return Client().post(address, {"code": code})  # type: ignore[return-value]
    return Client().generic(method, address)  # type: ignore[return-value]


@pytest.mark.parametrize("state", REACHED)
def test_each_token_opens_its_pages_and_nothing_else(state: CommentState) -> None:
    comment = discussion.in_state(state)
    receipt = reverse("discussion:receipt", args=[tokens.receipt_token(comment)])
    for page in PAGES:
        for token, sign in TOKENS.items():
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
                for code in CODES if (page, method) == ("waiting", "POST") else [""]:
                    with undone():
                        answer = ask(page, sign(comment), method, entered(comment, code))
                    row = (page, token, state, method, code)
                    assert answer.status_code == expected(*row), row
                    assert answer.status_code >= 403 or "no-store" in answer.headers["Cache-Control"], row
                    if page in {"waiting", "confirm"} and answer.status_code == 302:
                        assert answer.headers["Location"] == receipt, row
                    elif PAGES[page][0] != "receipt":
                        assert receipt not in answer.content.decode() + answer.headers.get("Location", ""), row


@pytest.mark.parametrize(
    ("page", "method", "code"),
    [
        ("waiting", "GET", ""),
        ("waiting", "POST", "wrong"),
        ("waiting", "POST", "malformed"),
        ("waiting", "POST", "right after five wrong ones"),
        ("send_again", "POST", ""),
        ("write_again", "GET", ""),
    ],
)
def test_a_waiting_token_does_not_tell_the_state_of_its_comment(page: str, method: str, code: str) -> None:
    article = newsroom.article()
    discussion.terms()  # before the states are undone: PostgreSQL would count on
    answers = set()
    for state in set(REACHED) - {CommentState.EXPIRED}:  # which is later than the end of the token
        with undone():
            comment = discussion.in_state(state, article, text="I was there.")
            token = tokens.waiting_token(comment)
            typed = entered(comment, code)
            answer = ask(page, token, method, typed)
        headers = sorted((name, value) for name, value in answer.headers.items() if name not in MOMENTS)
        told = f"{answer.status_code} {headers} {answer.content.decode()}"
        answers.add(told.replace(token, "").replace(f'value="{typed}"', ""))
    assert len(answers) == 1


def test_waiting_tokens_of_one_comment_differ_and_tell_no_number() -> None:
    comment = discussion.submitted()
    assert tokens.waiting_token(comment) != tokens.waiting_token(comment)
    assert str(comment.pk) not in tokens.waiting_token(comment)
    for stored in (encrypt(str(comment.pk)), encrypt(f"another purpose\0{comment.pk}")):
        with pytest.raises(LinkExpired, match="isn’t ours"):
            tokens.comment_of_waiting(stored.rstrip("="))


@pytest.mark.parametrize("state", REACHED)
def test_a_waiting_token_ends_24_hours_after_the_submission(state: CommentState) -> None:
    comment = discussion.in_state(state)
    Comment.objects.update(written_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert tokens.comment_of_waiting(tokens.waiting_token(comment)) == comment
    Comment.objects.update(written_at=timezone.now() - timedelta(hours=24))
    with pytest.raises(LinkExpired, match="expired after 24 hours"):
        tokens.comment_of_waiting(tokens.waiting_token(comment))


@pytest.mark.parametrize("state", REACHED)
@pytest.mark.parametrize("key", ["", "drawn"])
def test_who_sends_the_words_of_another_with_their_address_gets_nothing_of_their_comment(
    state: CommentState, key: str
) -> None:
    article = newsroom.article()
    sent: dict[str, Any] = {"text": "I was there.", "address": "ida@post.example"}
    comment = discussion.in_state(state, article, key="of her browser", **sent)
    repeated = discussion.submitted(article, key=key, **sent)
    assert repeated != comment
    assert tokens.comment_of_waiting(tokens.waiting_token(repeated)) == repeated


def test_the_email_is_sent_again_with_the_same_code_three_times_in_all(
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        comment = discussion.submitted()
        actions.resend_confirmation(comment, network="203.0.113.0/24")
        actions.resend_confirmation(comment, network="203.0.113.0/24")
    with pytest.raises(EnoughEmails):
        actions.resend_confirmation(comment, network="203.0.113.0/24")
    assert len(mail.outbox) == 3
    assert all(tokens.code_of(comment) in str(email.body) for email in mail.outbox)
    actions.verify_comment(comment)
    Comment.objects.update(emails_sent=1)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        actions.resend_confirmation(comment, network="203.0.113.0/24")
    assert len(mail.outbox) == 3


def test_the_form_comes_back_with_the_words_for_another_address() -> None:
    parent = discussion.published()
    comment = discussion.submitted(parent.article, parent=parent, text="I was there.", website="https://holm.example")
    page = ask("write_again", tokens.waiting_token(comment), "GET").content.decode()
    assert f'action="{reverse("discussion:reply", args=[parent.thread.address, parent.pk])}"' in page
    assert all(words in page for words in ("I was there.", "Ida Holm", "https://holm.example"))
