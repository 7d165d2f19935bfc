"""The sentences on a commenter's pages, and the answers of permalinks, are true in each state."""

import pytest
from django.test import Client
from django.urls import reverse

from broadsheet.discussion import actions, tokens
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import TAKEN_BACK, VISIBLE_STATES, CommentState
from broadsheet.newsroom.models import ArticlePage
from broadsheet.review.outcomes import Outcome
from tests.factories import discussion

pytestmark = pytest.mark.django_db

REACHED = [state for state in CommentState if state != CommentState.ERASED]


def receipt(comment: Comment) -> str:
    return Client().get(reverse("discussion:receipt", args=[tokens.receipt_token(comment)])).content.decode()


def take_off(comment: Comment) -> None:
    assert comment.article
    ArticlePage.objects.get(pk=comment.article.pk).unpublish()


def led_to(state: CommentState, comment: Comment) -> Comment:
    """A published comment in another state that follows, or a new one in a state that precedes or replaces it."""
    outcomes = {CommentState.HELD: Outcome.HOLD, CommentState.REMOVED: Outcome.REMOVE}
    if state == CommentState.WITHDRAWN:
        return actions.withdraw_comment(comment)
    if state in outcomes:
        return discussion.decided(comment, outcomes[state])
    return comment if state == CommentState.PUBLISHED else discussion.in_state(state)


def with_reply(comment: Comment) -> Comment:
    discussion.published(comment.article, parent=comment)
    return comment


@pytest.mark.parametrize("state", [state for state in REACHED if state not in TAKEN_BACK])
def test_the_page_of_the_link_promises_that_nothing_is_published_only_before_the_confirmation(
    state: CommentState,
) -> None:
    comment = discussion.in_state(state)
    page = Client().get(reverse("discussion:confirm", args=[discussion.confirmation_token(comment)])).content.decode()
    is_open = state == CommentState.UNVERIFIED
    assert ("without being published" in page, "Is this comment yours?" in page) == (is_open, is_open)
    assert ("You have confirmed this comment" in page) != is_open


@pytest.mark.parametrize("was_published", [False, True])
def test_the_receipt_of_a_withdrawn_comment_says_who_can_still_read_it(was_published: bool) -> None:
    comment = discussion.published(text="I was there.") if was_published else discussion.pending(text="I was there.")
    page = receipt(actions.withdraw_comment(comment))
    assert ("no longer shown to readers" in page, "will not be published" in page) == (was_published, not was_published)
    assert "Our reviewers can still read its text" in page
    assert "I was there." in page


def test_a_receipt_leads_to_the_comment_only_while_the_article_is_there() -> None:
    comment = discussion.published()
    link = f'href="{comment.get_absolute_url()}"'
    assert link in receipt(comment)
    take_off(comment)
    page = receipt(discussion.fresh(comment))
    assert link not in page
    assert "Nobody can read your comment while the article is unavailable." in page


@pytest.mark.parametrize("state", REACHED)
@pytest.mark.parametrize("outlet", ["alone", "with a reply", "article taken off"])
def test_a_permalink_leads_to_the_comment_or_its_stub_or_is_gone(state: CommentState, outlet: str) -> None:
    """For a comment that was published once; for any other it was never there."""
    comment = discussion.published()
    if outlet == "with a reply":
        with_reply(comment)
    comment = led_to(state, comment)
    if outlet == "article taken off":
        take_off(comment)
    answer = Client().get(comment.get_absolute_url())
    is_shown = state == CommentState.PUBLISHED or outlet == "with a reply"
    if discussion.fresh(comment).published_at is None:
        assert answer.status_code == 404
    elif outlet == "article taken off" or not is_shown:
        assert answer.status_code == 410
    else:
        assert state in VISIBLE_STATES
        address = f"/{comment.thread.address}/"
        assert answer.headers["Location"] == f"{address}#comment-{comment.pk}"
        assert f'id="comment-{comment.pk}"' in Client().get(address).content.decode()
