"""Corrections are a record: once readers could see them they are added to, never altered, removed or moved."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import ArticlePage, SectionPage
from tests.factories.accounts import signed_in
from tests.factories.newsroom import article, draft, section
from tests.newsroom.desk import PUBLISH, article_form, corrections, edit, words_of

pytestmark = pytest.mark.django_db

DAY = datetime(2019, 3, 28, 12, tzinfo=UTC)


@pytest.fixture
def harbour() -> SectionPage:
    return section("Harbour")


@pytest.fixture
def editor() -> Client:
    return signed_in(Role.EDITOR)


def only_article() -> ArticlePage:
    found: ArticlePage = ArticlePage.objects.get()
    return found


def corrected(section: SectionPage) -> ArticlePage:
    return article(section, DAY, slug="dredger", corrections=["It weighs two tons.", "It was a mushroom anchor."])


def test_a_correction_is_added_below_the_published_ones(harbour: SectionPage, editor: Client, client: Client) -> None:
    made = corrected(harbour)
    rows = corrections([*made.corrections.all(), "It is from 1874."])
    edit(editor, made, article_form(corrections=rows), **PUBLISH)
    shown = words_of(client.get("/2019/03/28/dredger/"))
    assert shown.index("two tons") < shown.index("mushroom anchor") < shown.index("from 1874")
    again = only_article()
    edit(editor, again, article_form(corrections=corrections([*again.corrections.all(), "It is red."])), **PUBLISH)
    assert only_article().corrections.count() == 4


def alter(made: ArticlePage) -> object:
    first, second = made.corrections.all()
    first.text = "It weighs three tons."
    return corrections([first, second])


def remove(made: ArticlePage) -> object:
    first, second = made.corrections.all()
    return corrections([second], gone=[first])


def remove_last(made: ArticlePage) -> object:
    first, second = made.corrections.all()
    return corrections([first], gone=[second])


def reorder(made: ArticlePage) -> object:
    first, second = made.corrections.all()
    return corrections([second, first])


def insert_above(made: ArticlePage) -> object:
    return corrections(["It is from 1874.", *made.corrections.all()])


def backdate(made: ArticlePage) -> object:
    first, second = made.corrections.all()
    second.made_on = DAY.date()
    return corrections([first, second])


@pytest.mark.parametrize("change", [alter, remove, remove_last, reorder, insert_above, backdate])
@pytest.mark.parametrize("action", [{}, PUBLISH], ids=["draft", "publish"])
def test_a_published_correction_cannot_be_changed(
    change: Callable[[ArticlePage], object], action: dict[str, str], harbour: SectionPage, editor: Client
) -> None:
    made = corrected(harbour)
    answer = edit(editor, made, article_form(corrections=change(made)), **action)
    assert "has been published and cannot be changed. Please add another below it." in words_of(answer)
    texts = [entry.text for entry in only_article().corrections.all()]
    assert texts == ["It weighs two tons.", "It was a mushroom anchor."]


def test_a_correction_of_an_unpublished_article_cannot_be_changed(harbour: SectionPage, editor: Client) -> None:
    made = corrected(harbour)
    made.unpublish()
    answer = edit(editor, made, article_form(corrections=remove(made)), **PUBLISH)
    assert "cannot be changed" in words_of(answer)


def test_a_correction_in_a_draft_may_still_be_changed(harbour: SectionPage, editor: Client) -> None:
    made = draft(harbour, slug="dredger", corrections=["It weighs two tons."])
    first = made.corrections.get()
    first.text = "It weighs three tons."
    edit(editor, made, article_form(corrections=corrections([first])), **PUBLISH)
    assert [entry.text for entry in only_article().corrections.all()] == ["It weighs three tons."]
