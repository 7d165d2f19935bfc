"""For each change: which baked pages go stale, and which must not; and every page is as Django renders it."""

import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings
from taggit.models import Tag

from broadsheet.accounts.states import Role
from broadsheet.discussion import actions as discussion_actions
from broadsheet.discussion.models import Comment
from broadsheet.discussion.reasons import Reason
from broadsheet.donations.models import DonationAppeal
from broadsheet.newsroom.models import (
    ArticlePage,
    Author,
    BylineEntry,
    Correction,
    FrontSlot,
    Photo,
    PlainPage,
    SectionPage,
)
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.databases import kept_for_a_module
from tests.factories import accounts, discussion, newsroom
from tests.pagecache.conftest import Committing
from tests.pagecache.readers import Reader, ask

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """A small paper: two sections, four articles, one of them with three comments, and everything that lists them."""

    harbour: SectionPage = field(default_factory=lambda: newsroom.section("Harbour"))
    council: SectionPage = field(default_factory=lambda: newsroom.section("Council"))

    def __post_init__(self) -> None:
        zone = ZoneInfo("UTC")
        self.ida, self.per = newsroom.author("Ida Holm"), newsroom.author("Per Lund")
        self.picture = newsroom.photo()
        self.about = newsroom.plain_page("About")
        self.dredger = newsroom.article(
            self.harbour,
            datetime(2019, 3, 28, 9, tzinfo=zone),
            title="The dredger is back",
            byline=[self.ida],
            tags=["Tides"],
            corrections=["It has two buckets."],
            lead_image=self.picture,
            lead_alt="A dredger.",
        )
        self.quay = newsroom.article(
            self.harbour, datetime(2020, 5, 2, 9, tzinfo=zone), title="The quay sinks", byline=[self.per]
        )
        self.budget = newsroom.article(
            self.council, datetime(2020, 5, 3, 9, tzinfo=zone), title="The budget holds", tags=["Money"]
        )
        newsroom.article(self.council, datetime(2020, 5, 3, 8, tzinfo=zone), title="The bridge is shut")
        DonationAppeal.load()
        self.chief = discussion.chief()
        self.opener = discussion.published(self.dredger, by=self.chief, text="I saw it.")
        self.answer = discussion.published(self.dredger, by=self.chief, text="So did I.", parent=self.opener)
        self.waiting = discussion.pending(self.dredger, text="Not yet read.")
        self.paths = self._paths()

    def _paths(self) -> dict[str, str]:
        return {
            "front": "/",
            "harbour": "/harbour/",
            "council": "/council/",
            "dredger": f"/{self.dredger.address}/",
            "column": f"/{self.dredger.address}/comments/newest/",
            "quay": f"/{self.quay.address}/",
            "budget": f"/{self.budget.address}/",
            "about": "/about/",
            "ida": self.ida.get_absolute_url(),
            "per": self.per.get_absolute_url(),
            "tides": "/tags/tides/",
            "money": "/tags/money/",
            "archive": "/archive/",
            "2019": "/2019/",
            "2020": "/2020/",
            "month": "/2020/05/",
            "day": "/2020/05/03/",
            "feed": "/feed/",
            "atom": "/feed/atom/",
            "ida feed": "/authors/ida-holm/feed/",
            "tides feed": "/tags/tides/feed/atom/",
            "comments feed": f"/{self.dredger.address}/comments/feed/",
            "quay comments": f"/{self.quay.address}/comments/feed/atom/",
            "corrections": "/corrections/",
            "corrections feed": "/corrections/feed/",
            "harbour feed": "/harbour/feed/",
            "council feed": "/council/feed/atom/",
            "sitemap": "/sitemap.xml",
            "sitemap of pages": "/sitemap-pages.xml",
            "sitemap of articles": "/sitemap-articles-1.xml",
            "news": "/news-sitemap.xml",
            "robots": "/robots.txt",
        }


@pytest.fixture(scope="module")
def original(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Path]]:
    """The paper, and a folder with all its pages baked, which every test copies."""
    folder = tmp_path_factory.mktemp("pages") / "baked"
    with kept_for_a_module(django_db_blocker, World) as world:
        with django_db_blocker.unblock(), override_settings(BAKED_PAGES=folder):
            reader = Reader()
            assert {path: reader.get(path).status for path in world.paths.values()} == dict.fromkeys(
                world.paths.values(), 200
            )
        yield world, folder


@pytest.fixture
def world(original: tuple[World, Path], db: None) -> World:
    """The paper as it was before any test changed it."""
    return deepcopy(original[0])


@pytest.fixture
def reader(original: tuple[World, Path], tmp_path: Path, settings: Settings, db: None) -> Reader:
    """A reader of a page server that has baked all pages of the paper."""
    settings.BAKED_PAGES = tmp_path / "baked"
    shutil.copytree(original[1], settings.BAKED_PAGES)
    return Reader()


EVERYTHING = "everything"
SHOWS_DREDGER = "front|harbour|dredger|column|quay|ida|tides|feed|atom|harbour feed|"
OF_DREDGER = "ida feed|tides feed|comments feed|corrections|corrections feed|"
SITEMAPS = "sitemap|sitemap of pages|sitemap of articles|"


def publish(page: ArticlePage) -> None:
    page.save_revision().publish()


def change(page: ArticlePage, **fields: object) -> None:
    """An editor changes a live article and publishes it anew."""
    edited = page.get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(edited, name, value)
    publish(edited)


def new_headline(world: World) -> None:
    change(world.dredger, title="The dredger has left again")


def only_a_draft(world: World) -> None:
    edited = world.dredger.get_latest_revision_as_object()
    edited.title = "Nobody sees this yet"
    edited.save_revision()


def another_subject(world: World) -> None:
    edited = world.dredger.get_latest_revision_as_object()
    edited.tags.set(["Money"])
    publish(edited)


def another_author(world: World) -> None:
    edited = world.quay.get_latest_revision_as_object()
    edited.byline = [BylineEntry(author=world.ida)]
    publish(edited)


def a_new_article(world: World) -> None:
    newsroom.article(world.council, title="The mayor resigns")


def taken_down(world: World) -> None:
    world.quay.unpublish()


def deleted(world: World) -> None:
    world.budget.delete()


def moved(world: World) -> None:
    world.budget.move(world.harbour, pos="last-child")


def a_correction(world: World) -> None:
    edited = world.dredger.get_latest_revision_as_object()
    edited.corrections = [*edited.corrections.all(), Correction(text="It has three buckets.", sort_order=1)]
    publish(edited)


def a_first_correction(world: World) -> None:
    edited = world.quay.get_latest_revision_as_object()
    edited.corrections = [Correction(text="It sinks by an inch a year.")]
    publish(edited)


def a_correction_altered_in_the_table(world: World) -> None:
    Correction.objects.filter(article=world.dredger).update(text="It has four buckets.")


def a_correction_deleted_from_the_table(world: World) -> None:
    Correction.objects.filter(article=world.dredger).delete()


def corrected_article_taken_down(world: World) -> None:
    world.dredger.unpublish()


def approved(world: World) -> None:
    review.decide(discussion.latest(world.waiting), Outcome.APPROVE, by=world.chief)


def declined(world: World) -> None:
    review.decide(discussion.latest(world.waiting), Outcome.DECLINE, by=world.chief, grounds=Grounds(Reason.OFFENSIVE))


def removed(world: World) -> None:
    review.decide(discussion.latest(world.answer), Outcome.REMOVE, by=world.chief, grounds=Grounds(Reason.OFFENSIVE))


def removed_with_answers(world: World) -> None:
    review.decide(discussion.latest(world.opener), Outcome.REMOVE, by=world.chief, grounds=Grounds(Reason.OFFENSIVE))


def withdrawn(world: World) -> None:
    discussion_actions.withdraw_comment(Comment.objects.get(pk=world.answer.pk))


def withdrawn_unread(world: World) -> None:
    discussion_actions.withdraw_comment(Comment.objects.get(pk=world.waiting.pk))


def another_comment(world: World) -> None:
    discussion.pending(world.quay)


def new_terms(world: World) -> None:
    discussion.terms("2026-02")


def an_appeal(world: World) -> None:
    appeal = DonationAppeal.load()
    appeal.shown, appeal.headline = True, "The paper lives by its readers"
    appeal.save()


def a_new_name(world: World) -> None:
    newsroom.paper(name="The Elmford Courier")


def an_author_renamed(world: World) -> None:
    author = Author.objects.get(pk=world.ida.pk)
    author.name = "Ida Holm-Berg"
    author.save()


def a_credit(world: World) -> None:
    picture = Photo.objects.get(pk=world.picture.pk)
    picture.credit = "Somebody else / Courant"
    picture.save()


def a_subject_renamed(world: World) -> None:
    tag = Tag.objects.get(name="Money")
    tag.name = "Public money"
    tag.save()


def a_section_renamed(world: World) -> None:
    section = SectionPage.objects.get(pk=world.council.pk)
    section.title = "Town hall"
    section.save_revision().publish()


def about_rewritten(world: World) -> None:
    page = PlainPage.objects.get(pk=world.about.pk)
    page.deck = "Who we are."
    page.save_revision().publish()


def a_pick(world: World) -> None:
    front = newsroom.front_page()
    front.slots = [FrontSlot(article=world.dredger, until=timezone.now() + timedelta(hours=1))]
    front.save_revision().publish()


def nothing_but_a_photograph_more(world: World) -> None:
    newsroom.photo("Another")


TABLE: dict[Callable[[World], None], str] = {
    new_headline: SHOWS_DREDGER + OF_DREDGER + SITEMAPS,
    only_a_draft: "",
    another_subject: "front|harbour|dredger|column|quay|ida|tides|money|feed|atom|harbour feed|"
    + OF_DREDGER
    + SITEMAPS,
    another_author: "front|harbour|quay|dredger|ida|per|feed|atom|harbour feed|ida feed|quay comments|" + SITEMAPS,
    a_new_article: "front|feed|atom|news|council|council feed|budget|archive|2019|2020|month|day|" + SITEMAPS,
    taken_down: "front|feed|atom|news|harbour|harbour feed|quay|dredger|per|archive|2019|2020|month|day|quay comments|"
    + SITEMAPS,
    deleted: "front|feed|atom|news|council|council feed|budget|money|archive|2019|2020|month|day|" + SITEMAPS,
    moved: "archive|front|feed|atom|harbour|harbour feed|quay|dredger|council|council feed|budget|money|day|"
    + SITEMAPS,
    approved: "dredger|column|comments feed",
    declined: "",
    removed: "dredger|column|comments feed",
    removed_with_answers: "dredger|column|comments feed",
    withdrawn: "dredger|column|comments feed",
    withdrawn_unread: "",
    another_comment: "",
    new_terms: "dredger|quay|budget",
    an_appeal: "dredger|quay|budget",
    a_correction: SHOWS_DREDGER + OF_DREDGER + SITEMAPS,
    a_correction_altered_in_the_table: SHOWS_DREDGER + OF_DREDGER,
    a_correction_deleted_from_the_table: SHOWS_DREDGER + OF_DREDGER,
    a_first_correction: "quay|dredger|front|harbour|per|feed|atom|harbour feed|quay comments|corrections|"
    "corrections feed|" + SITEMAPS,
    corrected_article_taken_down: SHOWS_DREDGER + "archive|2019|2020|month|day|news|" + OF_DREDGER + SITEMAPS,
    a_new_name: EVERYTHING,
    an_author_renamed: "ida|dredger|feed|atom|harbour feed|ida feed|tides feed|" + SITEMAPS,
    a_credit: "harbour|dredger|ida|tides|feed|atom|harbour feed|ida feed|tides feed",
    a_subject_renamed: "money|budget|feed|atom|council feed",
    a_section_renamed: EVERYTHING,
    about_rewritten: EVERYTHING,
    a_pick: "front",
    nothing_but_a_photograph_more: "",
}


@pytest.mark.parametrize("action", TABLE, ids=lambda action: action.__name__)
def test_a_change_makes_exactly_the_pages_that_show_it_stale(
    action: Callable[[World], None], world: World, reader: Reader, committed: Committing
) -> None:
    assert [name for name, path in world.paths.items() if not reader.is_baked(path)] == []
    with committed():
        action(world)
    stale = {name for name, path in world.paths.items() if not reader.is_baked(path)}
    expected = set(world.paths) if TABLE[action] is EVERYTHING else set(filter(None, TABLE[action].split("|")))
    assert (stale - expected, expected - stale) == (set(), set())
    for name, path in world.paths.items():
        assert reader.get(path).body == reader.uncached(path).body, name


def test_no_cacheable_page_depends_on_the_query_string_or_the_reader(world: World, reader: Reader) -> None:
    cookies = "; ".join(f"{name}={one.value}" for name, one in accounts.signed_in(Role.EDITOR).cookies.items())
    for name, path in world.paths.items():
        plain = reader.uncached(path).body
        assert reader.uncached(f"{path}?page=2&q=tide&number=7&x=%3Cscript%3E").body == plain, name
        assert ask(reader.server.application, path, cookie=cookies, accept_language="de").body == plain, name
