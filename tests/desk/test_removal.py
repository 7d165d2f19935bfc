"""A removal is answered at once, and called done when every live node has confirmed it; a silent node is named."""

import time
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.accounts.states import Role
from broadsheet.discussion.models import Comment
from broadsheet.pagecache.models import Node, Purge
from tests.factories import accounts, discussion

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def remove(desk: Client, comment: Comment) -> str:
    """Remove a comment at the desk, and return the bar of the page that follows."""
    sent = {"revision": comment.latest_id, "outcome": "remove", "reason": "1"}
    page = desk.post(f"/desk/comments/{comment.pk}/decide/", sent, follow=True).content.decode()
    return unescape(page.partition('<ul class="bar"')[2].partition("</ul>")[0])


def other_node(*, silent_for: timedelta = timedelta()) -> Node:
    """A node that has applied all purges up to now."""
    return Node.objects.create(
        name="harbour-2", acknowledged=str(Purge.objects.snapshot()), heartbeat_at=timezone.now() - silent_for
    )


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Client:
    """A chief reviewer, for whom nobody may keep a request waiting."""

    def never(seconds: float) -> None:
        raise AssertionError(f"a request waited for {seconds} seconds")

    client = accounts.signed_in(Role.CHIEF_REVIEWER)
    monkeypatch.setattr(time, "sleep", never)
    return client


def test_with_one_machine_a_comment_is_removed_at_once(desk: Client) -> None:
    comment = discussion.published()
    bar = remove(desk, comment)
    assert f"Comment {comment.number}: Removed." in bar
    assert "data-removal" not in bar


@pytest.mark.postgres
def test_a_comment_is_being_removed_until_every_live_node_has_confirmed_it(desk: Client) -> None:
    comment = discussion.published()
    node = other_node()
    bar = remove(desk, comment)
    assert f"Comment {comment.number}: being removed." in bar
    address = bar.partition('data-removal="')[2].partition('"')[0]
    answer = desk.get(address)
    assert (answer.status_code, answer.content.decode()) == (202, f"Comment {comment.number}: being removed.")
    Node.objects.filter(pk=node.pk).update(acknowledged=str(Purge.objects.snapshot()))
    Purge.objects.record({"section:1"}, Purge._meta.get_field("effect").default)  # a later one makes no difference
    answer = desk.get(address)
    assert (answer.status_code, answer.content.decode()) == (200, f"Comment {comment.number}: Removed.")


@pytest.mark.postgres
def test_a_node_that_stays_silent_is_named_and_not_waited_for(desk: Client) -> None:
    comment = discussion.published()
    other_node(silent_for=timedelta(minutes=5))
    bar = remove(desk, comment)
    assert f"Comment {comment.number}: Removed." in bar
    assert "harbour-2 has not confirmed it, and was last heard from 5" in bar


def test_only_reviewers_and_only_snapshots_are_answered(desk: Client) -> None:
    assert Client().get("/desk/removals/1/1:1:/").status_code == 302
    assert desk.get("/desk/removals/1/1:1:/").status_code == 404
    assert desk.get("/desk/removals/1/1:1:,,x/").status_code == 404
