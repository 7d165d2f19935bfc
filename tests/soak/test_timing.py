"""The time of a public answer does not tell whether an address is known, or whether a comment waits (ADR 33).

By construction the work is equal; here it is measured. Each known case is asked next to an unknown one, in random
order, and has to be the slower one in about half of the pairs.
"""

import random
from collections.abc import Callable
from itertools import count
from math import sqrt

import pytest
from django.test import Client
from django.urls import reverse

from broadsheet.accounts.models import User
from broadsheet.commenters.models import Commenter
from broadsheet.commenters.states import Standing
from broadsheet.discussion import tokens
from broadsheet.discussion.states import CommentState
from tests.factories import discussion, newsroom
from tests.kinds import own_time

pytestmark = [pytest.mark.campaign, pytest.mark.soak_only, pytest.mark.django_db, pytest.mark.timeout(1800)]

SURPRISING = 4.5  # standard deviations: chance alone goes beyond them once in 100,000 runs
NETWORKS = count()
Ask = Callable[[bool, int], Callable[[], object]]


def visitor() -> Client:
    """A reader from a network of their own, so that no limit is reached."""
    number = next(NETWORKS)
    return Client(REMOTE_ADDR=f"2001:db8:{number >> 8:x}:{number & 0xFF:02x}00::1")


def submission(known: bool, number: int) -> Callable[[], object]:
    """A comment is submitted with an address that is known, or with a new one."""
    article, address = newsroom.article(), f"reader{number}@post.example"
    if known:
        commenter = Commenter.objects.get_or_create_for(address)
        Commenter.objects.filter(pk=commenter.pk).update(standing=Standing.APPROVED)
        discussion.in_state(CommentState.PENDING, article, address=address)
    sent = {"terms": discussion.terms().pk, "name": "Ida Holm", "email": address, "text": f"I was there, {number}."}
    return lambda: visitor().post(reverse("discussion:write", args=[article.address]), sent)


def wrong_code(known: bool, number: int) -> Callable[[], object]:
    """A wrong code is tried for a comment that has been confirmed, or for one that has not."""
    state = CommentState.PUBLISHED if known else CommentState.UNVERIFIED
    comment = discussion.in_state(state, address=f"reader{number}@post.example")
    code = "000000" if tokens.code_of(comment) != "000000" else "000001"
    address = reverse("discussion:waiting", args=[tokens.waiting_token(comment)])
    return lambda: visitor().post(address, {"code": code})


def sent_again(known: bool, number: int) -> Callable[[], object]:
    """The email is asked for again, for a comment that has been confirmed or for one that has not."""
    state = CommentState.PENDING if known else CommentState.UNVERIFIED
    comment = discussion.in_state(state, address=f"reader{number}@post.example")
    address = reverse("discussion:send_again", args=[tokens.waiting_token(comment)])
    return lambda: visitor().post(address)


def reply(known: bool, number: int) -> Callable[[], object]:
    """The form for a reply to a comment that waits, or to one that never was."""
    waiting = discussion.pending()
    address = reverse("discussion:reply", args=[waiting.thread.address, waiting.pk if known else 10**15 + number])
    return lambda: visitor().get(address)


def sign_in(known: bool, number: int) -> Callable[[], object]:
    """A wrong password is tried for an account, or for none."""
    name = f"ann{number}@paper.example"
    if known:
        User.objects.create_user(name, "the tide is out again")
    return lambda: visitor().post("/sign-in/", {"username": name, "password": "the tide is in again"})


def new_password(known: bool, number: int) -> Callable[[], object]:
    """A new password is asked for, for an account or for none."""
    name = f"ann{number}@paper.example"
    if known:
        User.objects.create_user(name, "the tide is out again")
    return lambda: visitor().post("/cms/password_reset/", {"email": name})


def deviations(ask: Ask, pairs: int) -> float:
    """Return by how many standard deviations the known case is the slower one more often than the unknown one."""
    slower = 0
    for pair in range(pairs):
        seconds = {}
        asked = {known: ask(known, 2 * pair + known) for known in (True, False)}
        for known in random.sample([True, False], 2):
            began = own_time()
            asked[known]()
            seconds[known] = own_time() - began
        slower += seconds[True] > seconds[False]
    return (slower - pairs / 2) / (sqrt(pairs) / 2)


@pytest.mark.parametrize(
    ("ask", "pairs"),
    [(submission, 1000), (wrong_code, 1000), (sent_again, 1000), (reply, 1000), (new_password, 1000), (sign_in, 300)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_time_of_an_answer_tells_nothing(ask: Ask, pairs: int) -> None:
    newsroom.paper()
    found = deviations(ask, pairs)
    print(f"{ask.__name__}: {found:+.1f} standard deviations in {pairs} pairs")
    assert abs(found) < SURPRISING


def test_one_query_more_would_be_noticed() -> None:
    """Else the test above would show nothing."""

    def with_a_query_more(known: bool, number: int) -> Callable[[], object]:
        usual = reply(known, number)
        return lambda: (known and Commenter.objects.filter(standing=Standing.BANNED).first(), usual())

    newsroom.paper()
    assert deviations(with_a_query_more, 3000) > SURPRISING
