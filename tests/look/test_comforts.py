"""Everything works without scripts; with them, a text survives a reload and a film plays in its place."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from broadsheet.discussion import tokens
from broadsheet.discussion.models import Comment
from broadsheet.limits.states import rates
from broadsheet.mail.models import Email
from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import looked_at_once
from tests.factories import discussion
from tests.look.browsing import Visit
from tests.look.papers import FILM

pytestmark = [pytest.mark.django_db, looked_at_once]

WORDS = "I stood on the quay.\n\nIt was cold."


@pytest.fixture(autouse=True)
def terms(db: None) -> None:
    discussion.terms()


def test_without_scripts_a_reader_reads_and_comments(plain_visit: Visit, article: ArticlePage) -> None:
    page = plain_visit.to(f"/{article.address}/")
    expect(page.get_by_text("No comments.", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="The vote, 2 minutes")).to_have_attribute("href", FILM)
    page.get_by_label("Name").fill("Ada Quay")
    page.get_by_label("Email", exact=True).fill("ada@reader.example")
    page.get_by_label("Comment", exact=True).fill(WORDS)
    page.get_by_role("button", name="Submit comment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    assert Comment.objects.get().latest.text == WORDS  # type: ignore[union-attr]


def test_without_scripts_an_error_is_shown_at_its_field_and_the_text_is_kept(
    plain_visit: Visit, article: ArticlePage
) -> None:
    page = plain_visit.to(f"/{article.address}/")
    page.get_by_label("Name").fill("Ada Quay")
    page.get_by_label("Email", exact=True).fill("nobody")
    page.get_by_label("Comment", exact=True).fill(WORDS)
    page.get_by_role("button", name="Submit comment").click()
    field = page.get_by_label("Email", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "Used for verification only. Never shown, never shared. "
        "Please enter a full email address, such as ida@example.org."
    )
    expect(page.get_by_label("Comment", exact=True)).to_have_value(WORDS)
    expect(page.get_by_role("alert").get_by_role("link")).to_have_text(["Email"])


def test_a_text_survives_a_reload_and_is_kept_until_it_is_confirmed(visit: Visit, article: ArticlePage) -> None:
    page = visit.to(f"/{article.address}/")
    page.get_by_label("Name").fill("Ada Quay")
    page.get_by_label("Email", exact=True).fill("ada@reader.example")
    page.get_by_label("Comment", exact=True).fill(WORDS)
    page = visit.to(f"/{article.address}/")
    expect(page.get_by_label("Comment", exact=True)).to_have_value(WORDS)
    expect(page.get_by_label("Name")).to_have_value("Ada Quay")
    expect(page.get_by_label("Email", exact=True)).to_have_value("")
    assert "ada@reader.example" not in page.evaluate("JSON.stringify(localStorage)")
    page.get_by_label("Email", exact=True).fill("ada@reader.example")
    page.get_by_role("button", name="Submit comment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    comment = Comment.objects.get()
    page.get_by_role("link", name="Wrong address?").click()
    expect(page.get_by_label("Comment", exact=True)).to_have_value(WORDS)
    page.get_by_label("Email", exact=True).fill("ada@reader.example")
    page.get_by_role("button", name="Submit comment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    assert Comment.objects.get() == comment  # the key is the same
    page.get_by_label("Six-digit code").fill(tokens.code_of(comment))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")
    assert page.evaluate("localStorage.length") == 0


def submit_under_pressure(visit: Visit, article: ArticlePage, settings: Settings) -> Page:
    """Submits a comment while another awaits its confirmation, of which the paper takes but one an hour as usual."""
    settings.LIMITS = rates({"comments_paper": "1/hour"})
    discussion.submitted(article)
    page = visit.to(f"/{article.address}/")
    page.get_by_label("Name").fill("Ada Quay")
    page.get_by_label("Email", exact=True).fill("ada@reader.example")
    page.get_by_label("Comment", exact=True).fill(WORDS)
    page.get_by_role("button", name="Submit comment").click()
    return page


def test_under_pressure_a_browser_solves_the_puzzle_and_the_email_is_sent_at_once(
    visit: Visit, article: ArticlePage, settings: Settings
) -> None:
    page = submit_under_pressure(visit, article, settings)
    comment = Comment.objects.latest("written_at")
    waiting = Email.objects.get(about=f"confirmation {comment.pk}")
    assert waiting.next_attempt_at > timezone.now()
    solved = "Your browser has solved its puzzle: the email is being sent."
    expect(page.get_by_role("status")).to_have_text(solved, timeout=30_000)
    expect(page.get_by_text("ALTCHA")).to_be_hidden()
    waiting.refresh_from_db()
    assert waiting.next_attempt_at <= timezone.now()
    assert visit.elsewhere == []


def test_under_pressure_and_without_scripts_a_reader_is_told_that_the_email_takes_longer(
    plain_visit: Visit, article: ArticlePage, settings: Settings
) -> None:
    page = submit_under_pressure(plain_visit, article, settings)
    expect(page.get_by_text("so our email may take up to an hour")).to_be_visible()


def test_an_old_receipt_leaves_a_new_draft_alone(visit: Visit, article: ArticlePage) -> None:
    receipt = reverse("discussion:receipt", args=[tokens.receipt_token(discussion.pending(article))])
    page = visit.to(f"/{article.address}/")
    page.get_by_label("Comment", exact=True).fill(WORDS)
    visit.to(receipt)
    page = visit.to(f"/{article.address}/")
    expect(page.get_by_label("Comment", exact=True)).to_have_value(WORDS)


def test_a_draft_stays_with_its_article(visit: Visit, article: ArticlePage) -> None:
    page = visit.to(f"/{article.address}/")
    page.get_by_label("Comment", exact=True).fill(WORDS)
    answer = discussion.published(article)
    page = visit.to(f"/{article.address}/comments/write/{answer.pk}/")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")


def test_a_video_requests_no_third_party_before_it_is_played(visit: Visit, article: ArticlePage) -> None:
    page = visit.to(f"/{article.address}/")
    assert visit.elsewhere == []
    page.get_by_role("link", name="The vote, 2 minutes").click()
    player = page.frame_locator("embed-facade iframe").owner
    expect(player).to_have_attribute("src", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1")
    expect(player).to_have_attribute("title", "The vote, 2 minutes")
    assert [address.split("/")[2] for address in visit.elsewhere] == ["www.youtube-nocookie.com"]
