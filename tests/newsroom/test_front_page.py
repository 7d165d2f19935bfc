"""The front page: an editor's picks while they hold, the latest everywhere else, and nothing twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from broadsheet.accounts.states import Role
from broadsheet.newsroom.layout import FrontLayout, compose_front
from broadsheet.newsroom.models import ArticlePage, FrontSection, FrontSlot, SectionPage
from tests.factories.accounts import signed_in
from tests.factories.newsroom import article, front_page, section
from tests.newsroom.desk import PUBLISH

pytestmark = pytest.mark.django_db

DAY = datetime(2019, 3, 28, 12, tzinfo=UTC)


def composed() -> FrontLayout:
    return compose_front(front_page())


def top() -> list[str]:
    front = composed()
    return [found.title for found in ([front.lead] if front.lead else []) + list(front.seconds)]


@pytest.fixture
def harbour() -> SectionPage:
    return section("Harbour")


@pytest.fixture
def tides(harbour: SectionPage) -> list[ArticlePage]:
    """Six articles; the last is the latest."""
    return [article(harbour, DAY + timedelta(hours=at), title=f"Tide {at}") for at in range(6)]


def pick(*slots: FrontSlot) -> None:
    front = front_page()
    front.slots.set(list(slots))
    front.save()


def test_a_front_page_without_articles_says_so(client: Client) -> None:
    assert "No articles have been published yet." in client.get("/").content.decode()


@pytest.mark.usefixtures("tides")
def test_without_picks_the_top_shows_the_latest_articles() -> None:
    assert top() == ["Tide 5", "Tide 4", "Tide 3", "Tide 2"]


def test_a_pick_leads_and_the_latest_follow(tides: list[ArticlePage]) -> None:
    pick(FrontSlot(article=tides[0], sort_order=0))
    assert top() == ["Tide 0", "Tide 5", "Tide 4", "Tide 3"]


def test_an_empty_slot_shows_the_latest_article(tides: list[ArticlePage]) -> None:
    pick(FrontSlot(article=None, sort_order=0), FrontSlot(article=tides[0], sort_order=1))
    assert top() == ["Tide 5", "Tide 0", "Tide 4", "Tide 3"]


def test_an_expired_slot_shows_the_latest_article(tides: list[ArticlePage]) -> None:
    over, later = timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(minutes=1)
    pick(FrontSlot(article=tides[0], until=over, sort_order=0), FrontSlot(article=tides[1], until=later, sort_order=1))
    assert top() == ["Tide 5", "Tide 1", "Tide 4", "Tide 3"]


def test_an_unpublished_pick_is_replaced(tides: list[ArticlePage]) -> None:
    pick(FrontSlot(article=tides[0], sort_order=0))
    tides[0].unpublish()
    assert top() == ["Tide 5", "Tide 4", "Tide 3", "Tide 2"]


def test_a_deleted_pick_is_replaced(tides: list[ArticlePage]) -> None:
    pick(FrontSlot(article=tides[0], sort_order=0))
    tides[0].delete()
    assert top() == ["Tide 5", "Tide 4", "Tide 3", "Tide 2"]


def test_an_article_picked_twice_appears_once_and_every_place_is_filled(tides: list[ArticlePage]) -> None:
    pick(FrontSlot(article=tides[0], sort_order=0), FrontSlot(article=tides[0], sort_order=1))
    assert top() == ["Tide 0", "Tide 5", "Tide 4", "Tide 3"]


def test_no_article_appears_twice_on_the_page(tides: list[ArticlePage], harbour: SectionPage, client: Client) -> None:
    front = front_page()
    front.slots.set([FrontSlot(article=tides[0], sort_order=0)])
    front.shown_sections.set([FrontSection(section=harbour, article=tides[0], sort_order=0)])
    front.save()
    soup = BeautifulSoup(client.get("/").content, "html.parser")
    shown = [link["href"] for link in soup.select(".headline a")]
    assert len(shown) == len(set(shown)) == 6


def columns() -> dict[str, list[str]]:
    return {column.section.title: [found.title for found in column.articles] for column in composed().columns}


def test_sections_appear_in_the_picked_order_led_by_the_pick_until_it_expires(
    tides: list[ArticlePage], harbour: SectionPage
) -> None:
    town = section("Town")
    article(town, DAY - timedelta(days=9), title="Town")
    for at in range(2):
        article(harbour, DAY - timedelta(days=at + 1), title=f"Old {at}")
    old = ArticlePage.objects.get(title="Old 1")
    front = front_page()
    front.shown_sections.set(
        [FrontSection(section=town, sort_order=0), FrontSection(section=harbour, article=old, sort_order=1)]
    )
    front.save()
    assert columns() == {"Town": ["Town"], "Harbour": ["Old 1", "Tide 1", "Tide 0", "Old 0"]}
    assert list(columns()) == ["Town", "Harbour"]
    front.shown_sections.set([FrontSection(section=harbour, article=old, until=timezone.now(), sort_order=0)])
    front.save()
    assert columns() == {"Harbour": ["Tide 1", "Tide 0", "Old 0", "Old 1"]}


def test_an_unpublished_section_is_not_on_the_front_page(tides: list[ArticlePage], harbour: SectionPage) -> None:
    front = front_page()
    front.shown_sections.set([FrontSection(section=harbour, sort_order=0)])
    front.save()
    harbour.unpublish()
    assert "Harbour" not in columns()


def test_an_editor_picks_the_lead_in_cms(tides: list[ArticlePage], client: Client) -> None:
    front, editor = front_page(), signed_in(Role.EDITOR)
    row: dict[str, Any] = {"id": "", "article": str(tides[2].pk), "until": ""}
    form = {
        "title": "Front page",
        "slug": front.slug,
        "slots": inline_formset([row]),
        "shown_sections": inline_formset([]),
        "comments": inline_formset([]),
        **PUBLISH,
    }
    editor.post(reverse("wagtailadmin_pages:edit", args=[front.pk]), nested_form_data(form), follow=True)
    soup = BeautifulSoup(client.get("/").content, "html.parser")
    (lead,) = soup.select(".teaser.lead .headline")
    assert lead.get_text(strip=True) == "Tide 2"
