"""The author’s waiting page says that the email could not be delivered, and nobody else’s page does."""

import pytest
from django.test import Client
from django.urls import reverse

from broadsheet.discussion import actions, tokens
from broadsheet.discussion.models import Comment
from broadsheet.mail.models import Email
from broadsheet.mail.states import EmailState
from tests.factories import discussion

pytestmark = pytest.mark.django_db
SENTENCE = "could not be delivered. Is the address right?"


@pytest.fixture(autouse=True)
def _emails_are_delivered() -> None:
    """Not here: they stay in the outbox."""


def refuse_email_of(comment: Comment) -> None:
    """What the delivery stores after a 550."""
    emails = Email.objects.filter(about=f"confirmation {comment.pk}")
    changed = emails.update(
        state=EmailState.FAILED, failure="550", recipient=None, subject=None, text=None, mailbox=None
    )
    assert changed == 1


def page_of(comment: Comment) -> str:
    return Client().get(reverse("discussion:waiting", args=[tokens.waiting_token(comment)])).content.decode()


def test_the_author_is_asked_whether_the_address_is_right() -> None:
    comment, other = discussion.submitted(), discussion.submitted()
    assert SENTENCE not in page_of(comment)
    refuse_email_of(comment)
    page = page_of(comment)
    assert SENTENCE in page
    assert comment.thread.address in page
    assert "@" not in page.partition("<main")[2].partition("</main")[0]
    assert SENTENCE not in page_of(other)


def test_a_comment_that_was_confirmed_all_the_same_is_not_said_to_be_undeliverable() -> None:
    comment = discussion.submitted()
    refuse_email_of(comment)
    actions.verify_comment(comment)
    assert SENTENCE not in page_of(comment)
