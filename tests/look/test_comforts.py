"""Everything works without scripts; with them, a text survives a reload and a film plays in its place."""

import pytest
from playwright.sync_api import expect

from broadsheet.discussion.models import Comment
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


def test_a_text_survives_a_reload_and_is_gone_once_it_was_sent(visit: Visit, article: ArticlePage) -> None:
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
    assert page.evaluate("localStorage.length") == 0


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
