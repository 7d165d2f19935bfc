"""Comments under an article that was taken off the site: nothing leads to it, and nothing says that it can be read."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from broadsheet.commenters.models import Commenter
from broadsheet.commenters.states import Standing
from broadsheet.discussion import actions, tokens
from broadsheet.discussion.models import Comment
from broadsheet.mail.delivery import deliver_due
from broadsheet.newsroom.models import ArticlePage
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Outcome
from tests.factories import discussion, newsroom
from tests.pagecache.conftest import Committing, committed

__all__ = ["committed"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> ArticlePage:
    return newsroom.article(title="The dredger is back")


def take_off(article: ArticlePage) -> None:
    Page.objects.get(pk=article.pk).unpublish()


def receipt_of(comment: Comment, client: Client) -> str:
    comment = discussion.fresh(comment)
    return client.get(reverse("discussion:receipt", args=[tokens.receipt_token(comment)])).content.decode()


def test_a_permalink_does_not_name_an_article_that_is_off_the_site(article: ArticlePage, client: Client) -> None:
    comment = discussion.published(article)
    permalink = reverse("discussion:permalink", args=[comment.pk])
    assert client.get(permalink).status_code == 302
    take_off(article)
    response = client.get(permalink)
    assert response.status_code == 410
    assert str(article.address) not in response.content.decode()
    Page.objects.filter(pk=article.pk).update(live=True)
    assert client.get(permalink).status_code == 302


def test_no_page_of_a_commenter_or_email_names_an_article_that_is_off_the_site_or_repeats_a_comment_on_it(
    article: ArticlePage, client: Client
) -> None:
    parent = discussion.published(article, text="The harbourmaster lied.")
    reply = discussion.submitted(article, parent=parent)
    pages = {
        "waiting": tokens.waiting_token(reply),
        "write_again": tokens.waiting_token(reply),
        "confirm": discussion.confirmation_token(reply),
        "receipt": tokens.receipt_token(reply),
    }

    def page(name: str) -> str:
        return client.get(reverse(f"discussion:{name}", args=[pages[name]])).content.decode()

    assert all("The dredger is back" in page(name) for name in pages)
    assert "The harbourmaster lied." in page("write_again")
    take_off(article)
    mail.outbox.clear()
    client.post(reverse("discussion:send_again", args=[pages["waiting"]]))
    deliver_due()
    for name in pages:
        assert "The dredger is back" not in page(name), name
        assert "The harbourmaster lied." not in page(name), name
        assert "n article that is currently unavailable" in page(name), name
    assert "dredger" not in mail.outbox[-1].body
    assert "A comment on an article that is currently unavailable was submitted" in mail.outbox[-1].body


def test_a_receipt_does_not_say_that_the_comment_can_be_read(article: ArticlePage, client: Client) -> None:
    comment = discussion.published(article)
    assert "See it on the page" in receipt_of(comment, client)
    take_off(article)
    page = receipt_of(comment, client)
    assert "Approved, but the article is currently unavailable." in page
    assert "See it on the page" not in page
    assert "Published." not in page
    assert f'href="/{article.address}/"' not in page


def test_an_email_about_an_approval_says_that_the_article_is_off_the_site(
    article: ArticlePage, committed: Committing
) -> None:
    comment = discussion.pending(article, wants_email=True)
    take_off(article)
    mail.outbox.clear()
    with committed():
        review.decide(discussion.latest(comment), Outcome.APPROVE, by=discussion.chief())
    email = mail.outbox[-1]
    assert "has been published" not in email.body
    assert "has been approved. Nobody can read it there until the article is available again." in email.body


def test_an_approved_commenter_is_not_told_that_the_comment_is_published_while_nobody_can_read_it(
    article: ArticlePage, committed: Committing
) -> None:
    comment = discussion.submitted(article, wants_email=True)
    commenter = Commenter.objects.get_or_create_for(str(comment.address))
    Commenter.objects.filter(pk=commenter.pk).update(standing=Standing.APPROVED)
    take_off(article)
    mail.outbox.clear()
    with committed():
        actions.verify_comment(Comment.objects.get(pk=comment.pk))
    email = mail.outbox[-1]
    assert "published" not in f"{email.subject} {email.body}"
    assert "Nobody can read it there until the article is available again" in email.body


def test_comments_of_articles_that_are_off_the_site_are_counted_nowhere(article: ArticlePage) -> None:
    discussion.published(article)
    assert [address for address, _ in Comment.objects.counted_by_address()] == [article.address]
    take_off(article)
    assert list(Comment.objects.counted_by_address()) == []
