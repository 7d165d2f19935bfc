"""A section, an author or a subject with a new slug is found at every address that hung on the former one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, TestCase
from django.urls import reverse
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import ArticlePage, Author, SectionPage
from broadsheet.newsroom.models.pages import PAGE_SIZE
from tests.factories.accounts import signed_in
from tests.factories.newsroom import article, author, section
from tests.newsroom.desk import PUBLISH, article_form, edit

pytestmark = pytest.mark.django_db

TAILS = {
    "sections": ["", "feed/", "feed/atom/", "page/2/", "page/2/?print=1"],
    "authors": ["", "feed/", "feed/atom/", "page/2/"],
    "tags": ["", "feed/", "feed/atom/", "page/2/"],
}
PREFIX = {"sections": "/", "authors": "/authors/", "tags": "/tags/"}


def listed(kind: str, title: str = "Old", *, pages: int = 2) -> Any:
    """A section, an author or a subject with as many pages of articles."""
    makers: dict[str, Callable[[], Any]] = {
        "sections": lambda: section(title, slug="old"),
        "authors": lambda: Author.objects.create(name=title, slug="old"),
        "tags": lambda: Tag.objects.create(name=title, slug="old"),
    }
    made = makers[kind]()
    belonging: dict[str, Any] = {
        "sections": {"section": made},
        "authors": {"byline": [made]},
        "tags": {"tags": [title]},
    }
    for _ in range(PAGE_SIZE * (pages - 1) + 1):
        article(**belonging[kind])
    return made


def rename(thing: Any, slug: str) -> None:
    thing.slug = slug
    with TestCase.captureOnCommitCallbacks(execute=True):  # Wagtail redirects pages after the transaction
        thing.save()


def publish_under(thing: SectionPage, slug: str) -> None:
    thing.slug = slug
    with TestCase.captureOnCommitCallbacks(execute=True):
        thing.save_revision().publish()


def steps(client: Client, path: str) -> list[tuple[str, int]]:
    """The redirects that a reader follows from a path, each with its status."""
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return [(str(where), status) for where, status in answer.redirect_chain]


@pytest.mark.parametrize(
    ("kind", "renamed"),
    [("sections", rename), ("sections", publish_under), ("authors", rename), ("tags", rename)],
)
def test_every_address_beneath_the_former_one_leads_to_the_new_one(
    kind: str, renamed: Callable[[Any, str], None], client: Client
) -> None:
    made = listed(kind)
    for slug in ("newer", "newest"):
        renamed(made, slug)
    for former in ("old", "newer"):
        for tail in TAILS[kind]:
            expected = f"{PREFIX[kind]}newest/{tail}"
            assert steps(client, f"{PREFIX[kind]}{former}/{tail}") == [(expected, 301)]


@pytest.mark.parametrize("kind", TAILS)
def test_a_list_that_gets_its_former_slug_back_is_there_again(kind: str, client: Client) -> None:
    made = listed(kind)
    rename(made, "newer")
    rename(made, "old")
    for tail in TAILS[kind]:
        assert steps(client, f"{PREFIX[kind]}old/{tail}") == []
        assert steps(client, f"{PREFIX[kind]}newer/{tail}") == [(f"{PREFIX[kind]}old/{tail}", 301)]
    assert client.get(f"{PREFIX[kind]}old/page/9/").status_code == 404


@pytest.mark.parametrize("kind", TAILS)
def test_a_new_list_takes_the_former_slug_with_all_its_addresses(kind: str, client: Client) -> None:
    rename(listed(kind), "newer")
    listed(kind, "Another", pages=1)
    assert steps(client, f"{PREFIX[kind]}old/") == []
    assert client.get(f"{PREFIX[kind]}old/page/2/").status_code == 404
    assert steps(client, f"{PREFIX[kind]}newer/page/2/") == []


def test_an_editor_renames_an_author_in_cms(client: Client) -> None:
    ada = author("Ada Lindqvist")
    article(byline=[ada])
    form = {"name": ada.name, "slug": "ada", "role": "", "bio": "", "portrait": ""}
    signed_in(Role.EDITOR).post(f"/cms/snippets/newsroom/author/edit/{ada.pk}/", form)
    assert steps(client, "/authors/ada-lindqvist/") == [("/authors/ada/", 301)]


@pytest.mark.parametrize("back", [rename, publish_under])
def test_an_unpublished_section_with_its_former_slug_is_not_redirected_to_itself(
    back: Callable[[SectionPage, str], None], client: Client
) -> None:
    made = section("Old", slug="old")
    publish_under(made, "newer")
    back(made, "old")
    assert Redirect.objects.filter(old_path="/old").exists()
    made.refresh_from_db()
    made.unpublish()
    assert client.get("/old/").status_code == 404
    assert client.get("/old/feed/").status_code == 404


def test_only_lists_take_their_addresses_with_them(client: Client) -> None:
    Redirect.objects.create(old_path="/story", redirect_page=article())
    assert client.get("/story/feed/").status_code == 404
    assert client.get("/nothing/feed/").status_code == 404
    assert client.get("/authors/nobody/page/2/").status_code == 404


def test_what_hangs_on_an_unpublished_section_is_gone(client: Client) -> None:
    made = listed("sections")
    rename(made, "newer")
    made.unpublish()
    assert client.get("/old/feed/").status_code == 404


def in_cms(story: ArticlePage, slug: str) -> None:
    edit(signed_in(Role.EDITOR), story, article_form(slug=slug), **PUBLISH)


def in_a_revision(story: ArticlePage, slug: str) -> None:
    story.slug = slug
    story.save_revision().publish()


def saved_and_published(story: ArticlePage, slug: str) -> None:
    rename(story, slug)
    ArticlePage.objects.get(pk=story.pk).save_revision().publish()


def bare_and_published(story: ArticlePage, slug: str) -> None:
    rename(Page.objects.get(pk=story.pk), slug)
    ArticlePage.objects.get(pk=story.pk).save_revision().publish()


@pytest.mark.parametrize("published", [in_cms, in_a_revision, saved_and_published, bare_and_published])
def test_an_article_that_comes_back_under_another_slug_is_found_at_its_former_address(
    published: Callable[[ArticlePage, str], None], client: Client
) -> None:
    story = article(slug="ferry")
    day = f"{story.edition_date:/%Y/%m/%d/}"
    signed_in(Role.EDITOR).post(reverse("wagtailadmin_pages:unpublish", args=[story.pk]))
    story = ArticlePage.objects.get(pk=story.pk)
    assert client.get(f"{day}ferry/").status_code == 410
    with TestCase.captureOnCommitCallbacks(execute=True):
        published(story, "last-ferry")
    assert steps(client, f"{day}ferry/") == [(f"{day}last-ferry/", 301)]
    assert steps(client, f"{day}last-ferry/") == []


def test_an_article_that_is_off_the_site_is_gone_at_each_of_its_addresses(client: Client) -> None:
    story = article(slug="ferry")
    day = f"{story.edition_date:/%Y/%m/%d/}"
    publish_under(story, "late-ferry")
    ArticlePage.objects.get(pk=story.pk).unpublish()
    rename(ArticlePage.objects.get(pk=story.pk), "last-ferry")
    for slug in ("ferry", "late-ferry", "last-ferry"):
        assert client.get(f"{day}{slug}/", follow=True).status_code == 410, slug
