"""A headline may be in any script, or of signs alone: the address is made of it, and readers can open it."""

import pytest
from django.test import Client
from taggit.models import Tag

from broadsheet.accounts.states import Role
from broadsheet.core.text import slug_of
from broadsheet.newsroom.models import ArticlePage, Author
from tests.factories import newsroom
from tests.factories.accounts import signed_in
from tests.newsroom.desk import article_form, create

HEADLINES = ["港の鳥", "Птицы", "🎉🎉", "?!", "طيور", "…"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Café & Quay", "café-quay"),
        ("%d0%bd%d0%b0%d1%83%d0%ba%d0%b0", "наука"),
        ("港の鳥", "港の鳥"),
        ("?!", "question-mark-exclamation-mark"),
        ("🔥", "fire"),
        ("\u200b", "otherwise"),
        ("", "otherwise"),
    ],
)
def test_a_slug_is_made_of_any_text(text: str, slug: str) -> None:
    assert slug_of(text, otherwise="otherwise") == slug


def test_a_slug_fits_into_the_name_of_a_file() -> None:
    assert len(slug_of("港" * 300, otherwise="").encode()) <= 180


@pytest.mark.django_db
@pytest.mark.parametrize("headline", HEADLINES)
def test_an_editor_publishes_under_any_headline(headline: str) -> None:
    harbour, editor = newsroom.section("Harbour"), signed_in(Role.EDITOR)
    for _ in range(2):
        response = create(editor, harbour, article_form(headline, slug=""), **{"action-publish": "yes"})
        assert "This field is required" not in response.content.decode()
    first, second = ArticlePage.objects.order_by("pk")
    assert first.live
    assert second.live
    assert first.slug != second.slug
    for article in (first, second):
        assert article.slug
        assert Client().get(article.get_absolute_url()).status_code == 200


@pytest.mark.django_db
def test_drafts_of_signs_alone_have_slugs_of_their_own() -> None:
    harbour, editor = newsroom.section("Harbour"), signed_in(Role.EDITOR)
    for _ in range(2):
        create(editor, harbour, article_form("🎉", slug=""))
    assert list(ArticlePage.objects.order_by("pk").values_list("slug", flat=True)) == [
        "party-popper",
        "party-popper-2",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("subject", ["?!", "🔥", "科学"])
def test_a_subject_of_signs_leads_to_its_page(subject: str) -> None:
    article = newsroom.article(newsroom.section("Harbour"))
    article.tags.add(subject)
    article.save_revision().publish()
    tag = Tag.objects.get(name=subject)
    page = Client().get(article.get_absolute_url())
    assert page.status_code == 200
    assert Client().get(f"/tags/{tag.slug}/").status_code == 200


@pytest.mark.django_db
def test_an_author_without_a_slug_gets_one() -> None:
    authors = [Author.objects.create(name=name) for name in ("林さん", "林さん", "?")]
    assert [author.slug for author in authors] == ["林さん", "林さん-2", "question-mark"]
    assert {Client().get(author.get_absolute_url()).status_code for author in authors} == {200}
