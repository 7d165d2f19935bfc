"""Which sections stand in the masthead and on the front page."""

import pytest
from django.test import Client

from broadsheet.newsroom import actions
from broadsheet.newsroom.models import SectionPage
from tests.factories import newsroom

pytestmark = pytest.mark.django_db


def masthead() -> list[str]:
    return [section.title for section in Client().get("/archive/").context["sections"]]


def in_menus() -> set[str]:
    return set(SectionPage.objects.in_menu().values_list("title", flat=True))


def test_a_new_section_is_in_the_masthead_until_it_is_hidden_from_menus() -> None:
    harbour, town = newsroom.section("Harbour"), newsroom.section("Town")
    for section in (harbour, town):
        newsroom.article(section)
    assert '<a href="/harbour/"' in Client().get("/town/").content.decode()
    harbour.show_in_menus = False
    harbour.save()
    assert '<a href="/harbour/"' not in Client().get("/town/").content.decode()
    assert Client().get("/harbour/").status_code == 200
    assert "Harbour" in masthead(), "the archive names every section"


def test_an_import_of_very_many_sections_fills_an_empty_masthead_with_the_largest() -> None:
    sections = [actions.import_section(f"Section {number}", slug=f"section-{number}") for number in range(12)]
    for section in sections[4:]:
        newsroom.article(section)
    assert in_menus() == set()
    actions.fill_empty_masthead()
    assert in_menus() == {f"Section {number}" for number in range(4, 12)}


def test_an_editors_masthead_is_left_alone() -> None:
    newsroom.section("Harbour")
    newsroom.article(actions.import_section("Brought along", slug="brought-along"))
    actions.fill_empty_masthead()
    assert in_menus() == {"Harbour"}
