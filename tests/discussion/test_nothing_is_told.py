"""No answer tells whether an address is known, or how many comments wait: known and unknown × every public answer."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from broadsheet.commenters.models import Commenter
from broadsheet.commenters.states import Standing
from broadsheet.discussion import tokens
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.states import CommentPolicy
from broadsheet.pagecache.fragments import FRAGMENTS
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db


VARYING = {"Location", "Expires", "Last-Modified"}  # a token that differs each time, and the present second


class Told(NamedTuple):
    """All that a stranger can see of an answer, and the queries it cost."""

    status: int
    headers: list[tuple[str, str]]
    body: str
    queries: list[str]


def look(method: str, address: str, sent: dict[str, str] | None = None, *, hide: str = "") -> Told:
    """Send a request. What `hide` names is left out of the answer: the stranger has sent it."""
    cache.clear()
    FRAGMENTS.clear()  # or the first request would cost more than those after it
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(Client(), method)(address, sent or {})
    headers = [(name, "" if name in VARYING else value) for name, value in sorted(answer.headers.items())]
    asked = [" ".join(query["sql"].split()[: 1 if "SAVEPOINT" in query["sql"] else 3]) for query in queries]
    return Told(answer.status_code, headers, answer.content.decode().replace(hide, "") if hide else "", asked)


def known(address: str, standing: Standing) -> None:
    """Let an address be known, with a standing and with comments that wait, and one that does not."""
    for state in (CommentState.UNVERIFIED, CommentState.PENDING, CommentState.PUBLISHED):
        discussion.in_state(state, address=address)
    Commenter.objects.update(standing=standing)


def good(article: ArticlePage, address: str) -> Told:
    return write(article, address)


def refused(article: ArticlePage, address: str) -> Told:
    return write(article, address, name="")


def closed(article: ArticlePage, address: str) -> Told:
    ArticlePage.objects.filter(pk=article.pk).update(comment_policy=CommentPolicy.CLOSED)
    return write(article, address)


def repeated(article: ArticlePage, address: str) -> Told:
    write(article, address)
    return write(article, address)


def sixth(article: ArticlePage, address: str) -> Told:
    for number in range(5):
        write(article, address, text=f"{number}. I was there.")
    return write(article, address)


def page_of_the_code(article: ArticlePage, address: str) -> Told:
    token = tokens.waiting_token(discussion.submitted(article, address=address))
    return look("get", reverse("discussion:waiting", args=[token]), hide=token)


def wrong_code(article: ArticlePage, address: str) -> Told:
    comment = discussion.submitted(article, address=address)
    code = "000000" if tokens.code_of(comment) != "000000" else "000001"
    token = tokens.waiting_token(comment)
    return look("post", reverse("discussion:waiting", args=[token]), {"code": code}, hide=token)


def sent_again(article: ArticlePage, address: str) -> Told:
    token = tokens.waiting_token(discussion.submitted(article, address=address))
    return look("post", reverse("discussion:send_again", args=[token]))


def write(article: ArticlePage, address: str, **given: str) -> Told:
    sent = {"terms": str(discussion.terms().pk), "name": "Ida Holm", "email": address, "text": "I was there.", **given}
    return look("post", reverse("discussion:write", args=[article.address]), sent, hide=address)


@pytest.mark.parametrize("standing", [Standing.APPROVED, Standing.BANNED])
@pytest.mark.parametrize(
    "answer",
    [good, refused, closed, repeated, sixth, page_of_the_code, wrong_code, sent_again],
    ids=lambda a: a.__name__,
)
def test_a_known_address_has_the_answer_of_an_unknown_one_at_equal_cost(
    answer: Callable[[ArticlePage, str], Told], standing: Standing
) -> None:
    article = newsroom.article()
    known("ida@post.example", standing)
    told = answer(article, "ida@post.example")
    ArticlePage.objects.update(comment_policy=CommentPolicy.OPEN)
    assert told == answer(article, "new@post.example")


@pytest.mark.parametrize("state", CommentState)
def test_an_email_is_sent_again_at_equal_cost_whatever_has_become_of_its_comment(state: CommentState) -> None:
    article = newsroom.article()
    unverified, other = (
        tokens.waiting_token(discussion.in_state(becoming, article)) for becoming in (CommentState.UNVERIFIED, state)
    )

    def ask(token: str) -> Told:
        return look("post", reverse("discussion:send_again", args=[token]), hide=token)

    look("get", "/")  # what each process looks up once
    for _ in range(4):  # the last one is refused
        assert ask(unverified) == ask(other)


@pytest.mark.parametrize("state", [s for s in CommentState if s not in {CommentState.PUBLISHED, CommentState.ERASED}])
def test_a_reply_to_an_unpublished_comment_is_answered_as_to_one_that_never_was(state: CommentState) -> None:
    comment = discussion.in_state(state)
    for method, status in (("get", 404), ("post", 422)):
        told = []
        for pk in (comment.pk, 271_828_182, 10**15, 10**17):
            address = reverse("discussion:reply", args=[comment.thread.address, pk])
            told.append(look(method, address, {"text": "I was there."}, hide=str(pk)))
        assert told[0].status == status
        assert told[0] == told[1] == told[2]
        assert told[0][:3] == told[3][:3]  # no row can have such a number, so the database is not asked for it


@pytest.mark.parametrize("published", [False, True])
def test_a_reply_in_another_thread_is_answered_alike(published: bool) -> None:
    article, other = (
        newsroom.article(),
        discussion.in_state(CommentState.PUBLISHED if published else CommentState.PENDING),
    )
    told = [
        look("get", reverse("discussion:reply", args=[article.address, pk]), hide=str(pk))
        for pk in (other.pk, 271_828_182)
    ]
    assert told[0] == told[1]


def test_numbers_are_drawn_whatever_stores_the_comment() -> None:
    article = newsroom.article()
    comments = [discussion.submitted(article) for _ in range(20)] + discussion.many_published(article, 20)
    numbers = [comment.pk for comment in comments]
    assert len(set(numbers)) == 40
    assert all(10**15 <= number < 9 * 10**15 for number in numbers)
    assert numbers not in (sorted(numbers), sorted(numbers, reverse=True))
    first_digits = {str(number)[0] for number in numbers}
    assert len(first_digits) > 3
    assert Comment(pk=127).number == "127"
    assert Comment(pk=4821903577162043).number == "4821\u00a09035\u00a07716\u00a02043"


def test_a_number_of_the_years_when_they_were_counted_keeps_its_permalink() -> None:
    article = newsroom.article()
    model = discussion.published(article)
    fields = {"thread": model.thread, "commenter": model.commenter, "verified_at": model.verified_at}
    old = Comment.objects.create(pk=127, root_id=127, written_at=model.written_at, **fields)
    text = discussion.words()
    text.comment = old
    text.save()
    shown = {"state": CommentState.PUBLISHED, "shown": text, "published_at": model.published_at}
    Comment.objects.filter(pk=127).update(latest=text, **shown)
    assert Client().get("/comments/127/").headers["Location"] == f"/{article.address}/#comment-127"
