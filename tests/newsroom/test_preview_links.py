"""A preview link shows a draft to people without an account, until it ends; then, and to others, it tells nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from broadsheet.core.secrets import sealed
from broadsheet.discussion.tokens import waiting_token
from broadsheet.newsroom.models import ArticlePage, PreviewLink
from broadsheet.newsroom.tokens import preview_token
from broadsheet.pagecache.surrogates import collected
from tests.factories import accounts, discussion, newsroom
from tests.newsroom.desk import words_of
from tests.pagecache.conftest import committed, reader
from tests.pagecache.readers import Reader

__all__ = ["committed", "reader"]
pytestmark = pytest.mark.django_db

ENDED = "This preview cannot be opened"


@pytest.fixture
def draft() -> ArticlePage:
    made = newsroom.draft(title="The mayor resigns", slug="mayor", body="She said so at noon.")
    made.save_revision()
    return made


def address_of(link: PreviewLink) -> str:
    return f"/previews/{preview_token(link)}/"


def links_page(article: ArticlePage) -> str:
    return reverse("preview-links", args=[article.pk])


def addresses_on(page: Any) -> list[str]:
    soup = BeautifulSoup(page.content, "html.parser")
    return [str(field["value"]).removeprefix("http://paper.example") for field in soup.select("td input[readonly]")]


@pytest.mark.parametrize(("days", "end"), [("1", 1), ("3", 3), ("7", 7)])
def test_an_editor_makes_a_link_that_anyone_can_open_until_its_end(
    days: str, end: int, draft: ArticlePage, client: Client
) -> None:
    editor = accounts.signed_in(Role.EDITOR)
    menu = editor.get(reverse("wagtailadmin_pages:edit", args=[draft.pk])).content.decode()
    assert links_page(draft) in menu
    [address] = addresses_on(editor.post(links_page(draft), {"days": days}, follow=True))
    assert "She said so at noon." in words_of(client.get(address))
    with time_machine.travel(timezone.now() + timedelta(days=end, minutes=-1), tick=False):
        assert client.get(address).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=end, minutes=1), tick=False):
        answer = client.get(address)
        assert (answer.status_code, ENDED in words_of(answer)) == (410, True)
        assert addresses_on(editor.get(links_page(draft))) == []


@pytest.mark.parametrize("days", ["", "2", "365", "x"])
def test_a_link_has_one_of_three_ends(days: str, draft: ArticlePage) -> None:
    answer = accounts.signed_in(Role.EDITOR).post(links_page(draft), {"days": days})
    assert answer.status_code == 200
    assert not PreviewLink.objects.exists()


def test_one_link_is_withdrawn_and_the_others_stay(draft: ArticlePage, client: Client) -> None:
    editor = accounts.signed_in(Role.EDITOR)
    first, second = newsroom.preview_link(draft, days=1), newsroom.preview_link(draft)
    assert len(addresses_on(editor.get(links_page(draft)))) == 2
    answer = editor.post(reverse("revoke-preview", args=[first.pk]), follow=True)
    assert "The link no longer works." in words_of(answer)
    assert len(addresses_on(answer)) == 1
    assert [client.get(address_of(link)).status_code for link in (first, second)] == [410, 200]


def test_the_draft_is_shown_as_it_will_look_without_comments_and_by_its_latest_version(
    draft: ArticlePage, client: Client
) -> None:
    discussion.terms()
    address = address_of(newsroom.preview_link(draft))
    edited = draft.get_latest_revision_as_object()
    edited.title, edited.deck = "The mayor stays", "She has thought again."
    edited.save_revision()
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    shown = soup.select_one("article.story h1")
    assert shown is not None
    assert shown.get_text() == "The mayor stays"
    assert soup.select("#comments, form.comment-form, .to-comments") == []
    assert soup.select("header.masthead, .masthead")
    [robots] = soup.select('meta[name="robots"]')
    assert "noindex" in str(robots["content"])
    assert soup.select('link[rel="canonical"], script[type="application/ld+json"]') == []


def test_a_withdrawn_article_is_shared_without_its_former_comments(client: Client) -> None:
    article = newsroom.article()
    discussion.published(article, text="A heron said this.")
    article.unpublish()
    article.refresh_from_db()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        answer = client.get(address_of(newsroom.preview_link(article)))
    assert answer.status_code == 200
    assert "heron" not in answer.content.decode()


def test_nothing_keeps_a_preview_or_tells_its_address(draft: ArticlePage, reader: Reader) -> None:
    address = address_of(newsroom.preview_link(draft))
    for path, status in ((address, 200), (f"{address[:-9]}/", 410)):
        with collected() as surrogates:
            answer = Client().get(path)
            answer.content  # noqa: B018 - rendered
        assert answer.status_code == status
        assert not surrogates.is_cacheable
        assert {"no-store", "private"} <= set(answer.headers["Cache-Control"].split(", "))
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert not answer.cookies
    assert reader.get(address).status == 200
    assert not reader.is_baked(address)
    assert "Disallow: /previews/" in reader.get("/robots.txt").text


def published(link: PreviewLink) -> None:
    link.article.get_latest_revision().publish()


def published_and_taken_down(link: PreviewLink) -> None:
    published(link)
    ArticlePage.objects.get(pk=link.article_id).unpublish()


def published_as_a_bare_page_and_taken_down(link: PreviewLink) -> None:
    page = Page.objects.get(pk=link.article_id)
    page.get_latest_revision().publish()
    Page.objects.filter(pk=page.pk).update(live=False)


def deleted(link: PreviewLink) -> None:
    ArticlePage.objects.get(pk=link.article_id).delete()


def revoked(link: PreviewLink) -> None:
    PreviewLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())


def revoked_and_published(link: PreviewLink) -> None:
    revoked(link)
    published(link)


@pytest.mark.parametrize(
    "end",
    [published_and_taken_down, published_as_a_bare_page_and_taken_down, deleted, revoked, revoked_and_published],
)
def test_a_link_that_has_ended_never_opens_again(
    end: Callable[[PreviewLink], None], draft: ArticlePage, client: Client
) -> None:
    link = newsroom.preview_link(draft)
    address = address_of(link)
    end(link)
    answer = client.get(address)
    assert (answer.status_code, ENDED in words_of(answer)) == (410, True)
    assert "mayor" not in answer.content.decode()


def test_a_published_article_is_where_its_links_lead(draft: ArticlePage, client: Client) -> None:
    link = newsroom.preview_link(draft)
    published(link)
    answer = client.get(address_of(link))
    article = ArticlePage.objects.get(pk=draft.pk)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{article.address}/")
    assert "no-store" in answer.headers["Cache-Control"]
    editor = accounts.signed_in(Role.EDITOR)
    assert "is published, so no preview link was made" in words_of(editor.post(links_page(draft), {"days": "1"}))


def test_a_token_tells_nothing_and_opens_nothing_else(draft: ArticlePage, client: Client) -> None:
    link = newsroom.preview_link(draft)
    token = preview_token(link)
    assert str(link.pk) not in token
    assert preview_token(link) != token
    assert client.get(f"/receipts/{token}/").status_code != 200
    foreign = [waiting_token(discussion.pending()), sealed("waiting", str(link.pk)), str(link.pk), token[:-1], "x", "é"]
    for other in foreign:
        answer = client.get(f"/previews/{other}/")
        assert (answer.status_code, ENDED in words_of(answer)) == (410, True)


def reporter_of_another() -> Client:
    return accounts.signed_in(Role.REPORTER)


def reviewer() -> Client:
    return accounts.signed_in(Role.REVIEWER)


@pytest.mark.parametrize("who", [Client, reporter_of_another, reviewer])
def test_only_staff_who_may_edit_the_article_share_its_draft(who: Callable[[], Client], draft: ArticlePage) -> None:
    link, stranger = newsroom.preview_link(draft), who()
    for answer in (
        stranger.get(links_page(draft)),
        stranger.post(links_page(draft), {"days": "1"}),
        stranger.post(reverse("revoke-preview", args=[link.pk])),
    ):
        assert answer.status_code in {302, 403}
        assert "/previews/" not in answer.content.decode()
    assert PreviewLink.objects.open().get() == link


def test_a_reporter_shares_their_own_draft() -> None:
    reporter = accounts.signed_in(Role.REPORTER)
    own = newsroom.draft(owner=User.objects.get(pk=reporter.session["_auth_user_id"]))
    assert len(addresses_on(reporter.post(links_page(own), {"days": "1"}, follow=True))) == 1


def test_a_link_outlives_the_account_that_made_it(draft: ArticlePage, client: Client) -> None:
    link = newsroom.preview_link(draft)
    User.objects.all().delete()
    assert client.get(address_of(link)).status_code == 200


def test_the_address_is_one_that_proxies_pass_on_and_log_nothing_of() -> None:
    assert "/previews/" in settings.NEVER_BAKED
