"""Wagtail's private pages are not offered, and what is private by any means is hidden from every reader."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from broadsheet.accounts.states import Role
from broadsheet.command.checks.paper import visibility
from broadsheet.command.checks.result import Level
from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.pictures import sources_of
from tests.factories import accounts, newsroom
from tests.newsroom.desk import words_of
from tests.pagecache.conftest import Committing, committed, reader
from tests.pagecache.readers import Reader

__all__ = ["committed", "reader"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    return accounts.signed_in(Role.EDITOR)


@pytest.fixture
def article() -> ArticlePage:
    return newsroom.article(newsroom.section("Harbour"), title="The dredger is back")


def test_the_form_of_a_page_does_not_offer_privacy(article: ArticlePage, editor: Client) -> None:
    for page in (article, article.section, newsroom.plain_page("About")):
        form = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert form.status_code == 200
        assert "change privacy" not in words_of(form).lower()
        assert f"/pages/{page.pk}/privacy/" not in form.content.decode()


@pytest.mark.parametrize("kind", ["login", "password", "groups"])
def test_a_page_cannot_be_made_private(kind: str, article: ArticlePage, editor: Client) -> None:
    address = reverse("wagtailadmin_pages:set_privacy", args=[article.pk])
    response = editor.post(address, {"restriction_type": kind, "password": "secret", "groups": ["1"]})
    assert response.status_code == 409
    assert "please unpublish it" in words_of(response)
    assert not PageViewRestriction.objects.exists()
    assert editor.get(address).status_code == 409


def test_a_collection_cannot_be_made_private() -> None:
    collection = Collection.get_first_root_node().add_child(name="Agency")
    admin = accounts.administrator()
    assert admin.get(reverse("wagtailadmin_collections:edit", args=[collection.pk])).status_code == 404
    address = reverse("wagtailadmin_collections:set_privacy", args=[collection.pk])
    assert admin.post(address, {"restriction_type": "login"}).status_code == 404
    assert not CollectionViewRestriction.objects.exists()


def test_a_photograph_in_a_private_collection_is_not_served(client: Client) -> None:
    above = Collection.get_first_root_node().add_child(name="Agency")
    photo = newsroom.photo(collection=above.add_child(name="Sport"))
    address = sources_of(photo).fallback
    assert _status(client, address) == 200
    restriction = CollectionViewRestriction.objects.create(collection=above, restriction_type="login")
    assert _status(client, address) == 404
    restriction.delete()
    assert _status(client, address) == 200


def _status(client: Client, address: str) -> int:
    response = client.get(address)
    assert response.getvalue()  # which closes the file
    return response.status_code


def test_an_editor_sees_that_a_private_page_is_hidden(article: ArticlePage, editor: Client) -> None:
    PageViewRestriction.objects.create(page=article.section, restriction_type="login")
    form = editor.get(reverse("wagtailadmin_pages:edit", args=[article.pk]))
    assert "Hidden from readers" in words_of(form)


@pytest.mark.parametrize("path", ["/", "/harbour/", "/about/", "/harbour/feed/", "/harbour/page/1/"])
def test_nobody_is_asked_to_sign_in_for_a_private_page(path: str, article: ArticlePage, client: Client) -> None:
    newsroom.plain_page("About")
    PageViewRestriction.objects.create(page=newsroom.front_page(), restriction_type="login")
    assert client.get(path, follow=True).status_code == 404
    assert accounts.signed_in(Role.EDITOR).get(path, follow=True).status_code == 404


def test_an_article_published_beneath_a_private_section_stays_hidden(article: ArticlePage) -> None:
    PageViewRestriction.objects.create(page=article.section, restriction_type="login")
    article = ArticlePage.objects.get(pk=article.pk)
    article.save_revision().publish()
    newsroom.article(article.section)
    assert not ArticlePage.objects.published().exists()


def test_a_moved_branch_takes_its_privacy_along(article: ArticlePage) -> None:
    section, other = article.section, newsroom.section("Council")
    PageViewRestriction.objects.create(page=section, restriction_type="login")
    section.move(other, pos="left")
    section.refresh_from_db()
    section.move(other, pos="right")
    assert not ArticlePage.objects.published().exists()
    PageViewRestriction.objects.get().delete()
    assert ArticlePage.objects.published().get() == article


def test_the_doctor_names_what_is_private_and_one_command_lifts_it(article: ArticlePage) -> None:
    assert visibility().level == Level.OK
    PageViewRestriction.objects.create(page=article, restriction_type="login")
    collection = Collection.get_first_root_node().add_child(name="Agency")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    result = visibility()
    assert result.level == Level.WARN
    assert "“The dredger is back”, “Agency”" in str(result)
    told = StringIO()
    call_command("lift_privacy", stdout=told)
    assert told.getvalue() == "“The dredger is back” is no longer private.\n“Agency” is no longer private.\n"
    assert visibility().level == Level.OK
    assert ArticlePage.objects.published().get() == article
    call_command("lift_privacy", stdout=told)
    assert told.getvalue().endswith("Nothing is private.\n")


def test_an_article_moved_out_of_a_private_section_joins_every_baked_list(
    article: ArticlePage, reader: Reader, committed: Committing
) -> None:
    council = newsroom.section("Council")
    newsroom.article(council, title="The budget")
    PageViewRestriction.objects.create(page=article.section, restriction_type="login")
    counted = f">{article.edition_date:%Y}</a>"
    lists = ["/", "/feed/", "/council/", f"{article.edition_date:/%Y/%m/%d/}", "/sitemap-articles-1.xml"]
    before = {path: reader.get(path).text for path in [*lists, "/archive/"]}
    with committed():
        article.move(council, pos="last-child")
    assert [path for path in lists if f"/{article.address}/" not in reader.get(path).text] == []
    assert reader.get("/archive/").text.partition(counted)[2][:40] != before["/archive/"].partition(counted)[2][:40]
