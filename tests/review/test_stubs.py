"""What stays of a removed comment that others have answered."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet.discussion import actions as discussion_actions
from broadsheet.discussion.reasons import Reason
from broadsheet.review import actions
from broadsheet.review.outcomes import Grounds, Outcome
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db


def test_a_removed_comment_with_answers_leaves_a_stub_that_names_the_reason_and_none_of_its_words() -> None:
    root = discussion.published(text="Words that had to go.", name="Somebody Gone")
    discussion.published(root.article, parent=root, text="An answer that stays.")
    actions.decide(discussion.latest(root), Outcome.REMOVE, by=discussion.chief(), grounds=Grounds(Reason.SLANDER))
    page = Client().get(f"/{root.thread.address}/").content.decode()
    assert "Removed: Slander" in page
    assert "An answer that stays." in page
    assert "Words that had to go." not in page
    assert "Somebody Gone" not in page


def test_a_published_comment_that_is_held_and_then_declined_leaves_a_stub_for_its_replies() -> None:
    root = discussion.published(text="Words that had to go.", name="Somebody Gone")
    discussion.published(root.article, parent=root, text="A reply that stays.")
    actions.decide(discussion.latest(root), Outcome.HOLD, by=discussion.chief())
    actions.decide(
        discussion.latest(root),
        Outcome.DECLINE,
        by=discussion.chief(),
        grounds=Grounds(Reason.ILLEGAL, law="§ 130 StGB"),
    )
    page = Client().get(f"/{root.thread.address}/").content.decode()
    assert "Removed: Illegal" in page
    assert "A reply that stays." in page
    assert "Words that had to go." not in page
    assert "Somebody Gone" not in page


def test_a_removed_comment_that_nobody_answered_leaves_nothing() -> None:
    comment = discussion.published(text="Words that had to go.")
    actions.decide(discussion.latest(comment), Outcome.REMOVE, by=discussion.chief(), grounds=Grounds(Reason.SLANDER))
    page = Client().get(f"/{comment.thread.address}/").content.decode()
    assert "Removed" not in page
    assert "No comments." in page


def test_a_withdrawn_comment_with_answers_says_that_its_author_took_it_back() -> None:
    root = discussion.published(text="I take this back.")
    discussion.published(root.article, parent=root)
    discussion_actions.withdraw_comment(root)
    page = Client().get(f"/{root.thread.address}/").content.decode()
    assert "Withdrawn by its author" in page
    assert "I take this back." not in page


def test_many_stubs_cost_no_more_queries_than_one() -> None:
    article, chief = newsroom.article(), discussion.chief()

    def stub() -> None:
        root = discussion.published(article, by=chief)
        discussion.published(article, parent=root, by=chief)
        actions.decide(discussion.latest(root), Outcome.REMOVE, by=chief, grounds=Grounds(Reason.FOUL))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            Client().get(f"/{article.address}/")
        return len(captured)

    stub()
    Client().get(f"/{article.address}/")
    one = queries()
    for _ in range(4):
        stub()
    assert queries() == one
