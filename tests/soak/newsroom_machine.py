"""Editors and a clock do whatever they like to pages; an anonymous reader of baked pages watches every surface.

The machine keeps a model of its own of what readers must see, simpler than the product, and compares after each step.
Articles are recognised by their addresses.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from wagtail.models import Page, PageViewRestriction

from broadsheet.donations.models import DonationAppeal
from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import Machine
from tests.factories import newsroom
from tests.newsroom.roads import as_a_bare_page, by_a_bulk_update, by_an_action, by_an_update, by_sql
from tests.pagecache.readers import Reader

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADDRESS = re.compile(r"/\d{4}/\d\d/\d\d/story-[\w-]+/")
MOST = 8  # articles, so that every list has all of them on its first page
ALL_EVERY = 10  # steps after which every surface is read
WITH_ALIASES: list[Callable[[Any, Page], None]] = [as_a_bare_page, by_an_action]
ROADS = [*WITH_ALIASES, by_an_update, by_a_bulk_update, by_sql]
road, which = st.sampled_from(ROADS), st.integers(0, 20)


@dataclass(eq=False)
class Shown:
    """What the machine remembers of one page."""

    pk: int
    section: Shown | None = None
    live: bool = True
    private: bool = False
    expires_at: datetime | None = None
    appears_at: datetime | None = None
    original: Shown | None = None

    @property
    def is_public(self) -> bool:
        """Whether readers see the page."""
        return self.live and not self.private and not (self.section and self.section.private)


class NewsroomMachine(Machine):
    """The pages of a paper, their roads to the site and off it."""

    numbers = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = connection.savepoint()
        self.folder = Path(tempfile.mkdtemp(prefix="broadsheet-newsroom-"))
        self.settings = override_settings(BAKED_PAGES=self.folder)
        self.settings.enable()
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.articles: list[Shown] = []
        self.turn = 0

    def teardown(self) -> None:
        """Leaves the database as it was."""
        self.clock.stop()
        self.settings.disable()
        connection.savepoint_rollback(self.savepoint or "")
        connection.run_on_commit.clear()
        shutil.rmtree(self.folder)

    @initialize()
    def open_the_paper(self) -> None:
        """Two sections, a plain page and an article."""
        newsroom.paper()
        DonationAppeal.load()
        self.reader = Reader()
        self.sections = [Shown(newsroom.section(name).pk) for name in ("Harbour", "Council")]
        self.about = Shown(newsroom.plain_page("About").pk)
        self._after_commit()
        self.write(0, 0)

    # What editors do

    @precondition(lambda self: len(self.articles) < MOST)
    @rule(where=st.integers(0, 1), hours=st.sampled_from([0, 0, 3]))
    def write(self, where: int, hours: int) -> None:
        """Publishes an article, or schedules it."""
        section = self.sections[where]
        number = next(self.numbers)
        page = newsroom.draft(Page.objects.get(pk=section.pk).specific, title=f"Story {number}", slug=f"story-{number}")
        page.go_live_at = self._now() + timedelta(hours=hours) if hours else None
        page.save_revision().publish()
        self._after_commit()
        self.articles.append(Shown(page.pk, section, live=not hours, appears_at=page.go_live_at))

    @precondition(lambda self: self.articles)
    @rule(which=which, hours=st.sampled_from([0, 0, 2]), renamed=st.booleans())
    def publish(self, which: int, hours: int, renamed: bool) -> None:
        """Publishes an article again: under another slug, or until a time."""
        article = self._pick(which)
        if article.original:
            return
        page = ArticlePage.objects.get(pk=article.pk)
        page.go_live_at, page.expire_at = None, self._now() + timedelta(hours=hours) if hours else None
        page.slug = f"story-{next(self.numbers)}" if renamed else page.slug
        page.save_revision().publish()
        self._after_commit()
        for shown in (article, *self._aliases_of(article)):
            shown.live, shown.appears_at, shown.expires_at = True, None, page.expire_at

    @precondition(lambda self: self.articles)
    @rule(which=which, road=road)
    def take_off(self, which: int, road: Callable[[Any, Page], None]) -> None:
        """Takes an article off."""
        article = self._pick(which)
        was_live = article.live
        road(None, Page.objects.get(pk=article.pk))
        self._after_commit()
        article.live = False
        if road in WITH_ALIASES and was_live:
            article.appears_at = None
            for alias in self._aliases_of(article):
                alias.live = False

    @precondition(lambda self: len(self.articles) > 1)
    @rule(numbers=st.sets(which, min_size=2, max_size=4))
    def take_off_several(self, numbers: set[int]) -> None:
        """Takes several ticked articles off, one after the other."""
        for number in sorted(numbers):
            self.take_off(number, as_a_bare_page)

    @precondition(lambda self: 0 < len(self.articles) < MOST)
    @rule(which=which, where=st.integers(0, 1))
    def alias(self, which: int, where: int) -> None:
        """Shows an article in another place as well."""
        article, section = self._pick(which), self.sections[where]
        if article.original or not article.live:
            return
        parent = Page.objects.get(pk=section.pk).specific
        page = ArticlePage.objects.get(pk=article.pk)
        alias = page.create_alias(parent=parent, update_slug=f"story-{next(self.numbers)}")
        self._after_commit()
        # Wagtail copies what makes the article itself private, unless the section is private already.
        private = article.private and not section.private
        self.articles.append(Shown(alias.pk, section, private=private, expires_at=article.expires_at, original=article))

    @precondition(lambda self: self.articles)
    @rule(which=which, where=st.integers(0, 1))
    def move(self, which: int, where: int) -> None:
        """Moves an article into a section."""
        article, section = self._pick(which), self.sections[where]
        if article.section is section:
            return
        ArticlePage.objects.get(pk=article.pk).move(Page.objects.get(pk=section.pk), pos="last-child")
        self._after_commit()
        article.section = section

    @precondition(lambda self: len(self.articles) > 1)
    @rule(which=which, by_query=st.booleans())
    def delete(self, which: int, by_query: bool) -> None:
        """Deletes an article, which takes its aliases off; they become articles of their own."""
        article = self._pick(which)
        pages = Page.objects.filter(pk=article.pk)
        (pages if by_query else pages.get().specific).delete()
        self._after_commit()
        for alias in self._aliases_of(article):
            alias.original, alias.live = None, alias.live and not article.live
        self.articles.remove(article)

    @rule(where=st.integers(0, 2), road=road, off=st.booleans())
    def section_or_plain_page(self, where: int, road: Callable[[Any, Page], None], off: bool) -> None:
        """Takes a section or the plain page off, or publishes it."""
        shown = [*self.sections, self.about][where]
        page = Page.objects.get(pk=shown.pk)
        if off:
            road(None, page)
        else:
            page.specific.save_revision().publish()
        self._after_commit()
        shown.live = not off

    @rule(where=st.integers(0, 1))
    def section_with_all_beneath(self, where: int) -> None:
        """Takes a section off with everything beneath."""
        section = self.sections[where]
        for shown in (section, *[article for article in self.articles if article.section is section]):
            was_live, shown.live = shown.live, False
            if was_live:
                Page.objects.get(pk=shown.pk).unpublish()
                shown.appears_at = None
                for alias in self._aliases_of(shown):
                    alias.live = False
        self._after_commit()

    @rule(which=which)
    def make_private_or_lift(self, which: int) -> None:
        """A program makes a page private, or public again."""
        pages = [*self.sections, self.about, *self.articles]
        shown = pages[which % len(pages)]
        if shown.private:
            PageViewRestriction.objects.filter(page=shown.pk).delete()
        else:
            PageViewRestriction.objects.create(page_id=shown.pk, restriction_type="login")
        self._after_commit()
        shown.private = not shown.private

    @rule(hours=st.sampled_from([1, 4, 30]))
    def time_passes(self, hours: int) -> None:
        """The clock moves, and the schedule runs."""
        self.traveller.shift(timedelta(hours=hours))
        call_command("publish_scheduled", verbosity=0)
        self._after_commit()
        for article in [article for article in self.articles if article.live]:
            if article.expires_at and article.expires_at < self._now():
                article.live = False
                for alias in self._aliases_of(article):
                    alias.live = False
        for article in self.articles:
            if article.appears_at and article.appears_at < self._now():
                article.live, article.appears_at = True, None

    # What must hold

    @invariant()
    def readers_see_what_is_public_and_nothing_else(self) -> None:
        """The page of each article after each step, and a surface; all of them from time to time."""
        if not hasattr(self, "sections"):
            return
        type(self).steps += 1
        self.turn += 1
        rows = ArticlePage.objects.in_bulk([article.pk for article in self.articles])
        addresses = {article: rows[article.pk].address for article in self.articles}
        for article, address in addresses.items():
            if address:
                status = self.reader.get(f"/{address}/").status
                assert (status == 200) == article.is_public, f"{address}: {status}"
        public = {article: f"/{addresses[article]}/" for article in self.articles if article.is_public}
        surfaces = list(self._surfaces(public))
        for path, right in surfaces if self.turn % ALL_EVERY == 0 else [surfaces[self.turn % len(surfaces)]]:
            found = self.reader.get(path)
            assert set(ADDRESS.findall(found.text)) == right, path
            assert self._has_other_pages(found.text) or path.endswith((".xml", "feed/", "atom/")), path
        self._check_other_pages()

    def _surfaces(self, public: dict[Shown, str]) -> Iterator[tuple[str, set[str]]]:
        """Yield each list with the addresses that it must have."""
        everything = set(public.values())
        yield from ((path, everything) for path in ("/feed/", "/feed/atom/", "/sitemap-articles-1.xml"))
        yield "/search/?q=story", everything
        for section, slug in zip(self.sections, ("harbour", "council"), strict=True):
            inside = {address for article, address in public.items() if article.section is section}
            right = inside if section.is_public else set()
            yield from ((f"/{slug}/{rest}", right) for rest in ("", "feed/"))
        for day in {address[:12] for address in everything}:
            yield day, {address for address in everything if address[:12] == day}

    def _has_other_pages(self, text: str) -> bool:
        """Whether masthead and footer have the sections and plain pages that are public, and no others."""
        return ('href="/about/"' in text) == self.about.is_public

    def _check_other_pages(self) -> None:
        for shown, path in zip([*self.sections, self.about], ["/harbour/", "/council/", "/about/"], strict=True):
            status = self.reader.get(path).status
            assert status == (200 if shown.is_public else 404), f"{path}: {status}"
        counted = re.search(r'href="/2026/"[^>]*>[^<]*</a>\D*(\d+)', self.reader.get("/archive/").text)
        number = sum(article.is_public for article in self.articles)
        assert (int(counted[1]) if counted else 0) == number, f"/archive/: {counted}"

    # How it is done

    def _after_commit(self) -> None:
        """Lets happen what waits for a commit that the test never makes."""
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for entry in waiting:
            entry[1]()

    def _aliases_of(self, article: Shown) -> list[Shown]:
        return [alias for alias in self.articles if alias.original is article]

    def _pick(self, number: int) -> Shown:
        return self.articles[number % len(self.articles)]

    def _now(self) -> datetime:
        return datetime.now(UTC)
