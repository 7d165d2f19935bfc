"""The desk in a browser: what a reviewer needs for a decision stands in one window."""

import pytest
from django.urls import reverse
from playwright.sync_api import ViewportSize

from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import looked_at_once
from tests.factories import discussion
from tests.look.browsing import Visit

pytestmark = [pytest.mark.django_db, looked_at_once]

WINDOW: ViewportSize = {"width": 1440, "height": 900}


def test_every_outcome_stands_in_the_window_and_the_note_before_them(desk_visit: Visit, article: ArticlePage) -> None:
    waiting = discussion.pending(article)
    desk_visit.page.set_viewport_size(WINDOW)
    page = desk_visit.to(reverse("desk:comment", args=[waiting.pk]))
    buttons = [page.get_by_role("button", name=name).bounding_box() for name in ("Approve", "Decline")]
    note = page.get_by_label("Private note to colleagues").bounding_box()
    assert note
    assert all(box and note["y"] < box["y"] < WINDOW["height"] - box["height"] for box in buttons)


def test_the_law_is_asked_for_when_the_reason_is_illegal(desk_visit: Visit, article: ArticlePage) -> None:
    page = desk_visit.to(reverse("desk:comment", args=[discussion.pending(article).pk]))
    law = page.get_by_label("Law (for reason 9)")
    assert not law.is_visible()
    page.get_by_role("radio", name="Illegal").check()
    assert law.is_visible()
    page.get_by_role("button", name="Decline").click()
    assert law.is_visible()
    page.get_by_role("radio", name="Offensive").check()
    assert law.is_visible()  # the complaint about it stands there
