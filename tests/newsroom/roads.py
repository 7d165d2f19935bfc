"""Every road on which something leaves the site, and every surface that must then not show it.

Used within a test's transaction, and by `run` inside a paper's own process (`paper.shell`), where fragments are cached.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from http import HTTPStatus
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page, PageViewRestriction

from broadsheet.accounts.states import Role
from broadsheet.command import collect_static
from broadsheet.command.static_copy import StaticCopy
from broadsheet.donations.models import DonationAppeal
from broadsheet.newsroom.models import ArticlePage, Author, Paper, SectionPage
from broadsheet.newsroom.queries import public_paths
from tests.factories import accounts, newsroom
from tests.pagecache.readers import Reader

LONG_AGO = timezone.now() - timedelta(days=900)
_numbers = count(1)


class Thing:
    """Something on the site: `own` are the paths of its pages, `mark` is in its name, and `shown` are the surfaces."""

    def __init__(self, own: list[str], mark: str, shown: list[str], row: Any) -> None:
        self.own, self.mark, self.shown, self.row = own, mark, shown, row

    def is_shown(self, path: str, text: str) -> bool:
        """Whether a page shows the thing; a search repeats the words that are looked for, so there its link counts."""
        return (self.own[0] if "?q=" in path else self.mark) in text


class World:
    """A paper in which each kind of thing can be put on the site, and taken off it again.

    Without a worker nothing comes into the search index; searches are never cached, so that is no loss.
    """

    is_searched = True

    def __init__(self) -> None:
        newsroom.paper(name="Courant")
        DonationAppeal.load()
        self.harbour = newsroom.section("Harbour")
        newsroom.article(self.harbour, LONG_AGO, title="The old quay")
        self.editor = accounts.signed_in(Role.EDITOR)

    def article(self, section: SectionPage | None = None) -> Thing:
        """An article that every kind of list has, the only one of its year."""
        mark = f"zebrafinch{next(_numbers)}"
        author = newsroom.author(f"Ida {mark[10:]}")
        section = section or self.harbour
        row = newsroom.article(
            section,
            title=f"A {mark} on the mast",
            byline=[author],
            tags=[f"Birds {mark[10:]}"],
            corrections=["It was on the bow."],
        )
        return Thing(_own_pages(row), mark, self._lists_of(row, author, mark), row)

    def _lists_of(self, row: ArticlePage, author: Author, mark: str) -> list[str]:
        section, day = row.section.slug, row.edition_date
        assert day is not None
        tag = row.tags.get().slug
        lists = ["/", f"/{section}/", "/feed/", "/feed/atom/", f"/{section}/feed/", f"/{section}/feed/atom/"]
        lists += [author.get_absolute_url(), f"/tags/{tag}/", f"{day:/%Y/%m/%d/}"]
        feeds = [f"{author.get_absolute_url()}feed/", f"/tags/{tag}/feed/", "/corrections/feed/"]
        lists += ["/corrections/", *feeds, *[f"{feed}atom/" for feed in feeds]]
        lists += [f"/search/?q={mark}"] if self.is_searched else []
        return [*lists, "/sitemap-articles-1.xml", "/news-sitemap.xml"]

    def alias(self) -> Thing:
        """An alias of an article in another section, which has what the article has."""
        original = self.article()
        alias = original.row.create_alias(parent=newsroom.section(), update_slug=f"{original.mark}-again").specific
        original.row = Page.objects.get(pk=original.row.pk).specific
        lists = self._lists_of(alias, alias.byline.get().author, original.mark)
        return Thing(_own_pages(alias), original.mark, lists, original.row)

    def plain_page(self) -> Thing:
        """A plain page in the footer of each page."""
        mark = f"colophon{next(_numbers)}"
        row = newsroom.plain_page(f"The {mark}")
        return Thing([row.url], mark, ["/", "/harbour/", "/archive/", "/sitemap-pages.xml"], row)

    def section(self) -> Thing:
        """A section in the masthead with an article."""
        mark = f"lighthouses{next(_numbers)}"
        row = newsroom.section(f"On {mark}", show_in_menus=True)
        newsroom.article(row, LONG_AGO, title="The lamp is lit")
        own = [row.url, f"{row.url}feed/", f"{row.url}feed/atom/"]
        return Thing(own, mark, ["/", "/harbour/", "/archive/", "/search/", "/sitemap-pages.xml"], row)

    def author(self) -> Thing:
        """An author whose articles have gone, since no other can be taken off."""
        mark = f"fenella-finch-{next(_numbers)}"
        row = newsroom.author(f"Fenella {mark}", slug=mark)
        return Thing([row.get_absolute_url()], mark, ["/sitemap-pages.xml"], row)


def _own_pages(article: ArticlePage) -> list[str]:
    """The addresses that an article has to itself."""
    return [f"/{article.address}/{rest}" for rest in ("", "comments/feed/", "comments/feed/atom/")]


# The roads.


def by_button(world: World, row: Page) -> None:
    sent(world, reverse("wagtailadmin_pages:unpublish", args=[row.pk]))


def by_button_with_all_beneath_its_section(world: World, row: Page) -> None:
    address = reverse("wagtailadmin_pages:unpublish", args=[row.get_parent().pk])
    sent(world, address, include_descendants="on")


def in_bulk(world: World, row: Page) -> None:
    sent(world, bulk("unpublish", row, world.article().row))


def in_bulk_with_all_beneath_its_section(world: World, row: Page) -> None:
    sent(world, bulk("unpublish", row.get_parent()), include_descendants="on")


def by_the_clock(world: World, row: Page) -> None:
    Page.objects.filter(pk=row.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    call_command("publish_scheduled")


def as_a_bare_page(world: World, row: Page) -> None:
    Page.objects.get(pk=row.pk).unpublish()


def by_an_action(world: World, row: Page) -> None:
    UnpublishPageAction(row.specific).execute(skip_permission_checks=True)


def by_an_update(world: World, row: Page) -> None:
    Page.objects.filter(pk=row.pk).update(live=False)


def by_a_bulk_update(world: World, row: Page) -> None:
    page = Page.objects.get(pk=row.pk)
    page.live = False
    Page.objects.bulk_update([page], ["live"])


def by_sql(world: World, row: Page) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update wagtailcore_page set live = %s where id = %s", [False, row.pk])


def restricted(world: World, row: Page) -> None:
    PageViewRestriction.objects.create(page_id=row.pk, restriction_type="login")


def beneath_a_restricted_section(world: World, row: Page) -> None:
    PageViewRestriction.objects.bulk_create(
        [PageViewRestriction(page_id=row.get_parent().pk, restriction_type="password", password="secret")]
    )


def into_a_restricted_section(world: World, row: Page) -> None:
    section = newsroom.section()
    PageViewRestriction.objects.create(page=section, restriction_type="groups")
    sent(world, reverse("wagtailadmin_pages:move_confirm", args=[row.pk, section.pk]))


def deleted_by_button(world: World, row: Page) -> None:
    sent(world, reverse("wagtailadmin_pages:delete", args=[row.pk]))


def deleted_in_bulk(world: World, row: Page) -> None:
    sent(world, bulk("delete", row))


def deleted_with_its_section(world: World, row: Page) -> None:
    row.get_parent().delete()


def deleted_by_a_query(world: World, row: Page) -> None:
    Page.objects.filter(pk=row.pk).delete()


def deleted_by_its_own_model(world: World, row: Any) -> None:
    row.delete()


def author_deleted_by_button(world: World, row: Author) -> None:
    sent(world, reverse(row.snippet_viewset.get_url_name("delete"), args=[row.pk]))


def author_deleted_by_sql(world: World, row: Author) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM newsroom_author WHERE id = %s", [row.pk])


UNPUBLISHED = [by_button, in_bulk, by_the_clock, as_a_bare_page, by_an_action, by_an_update, by_a_bulk_update, by_sql]
DELETED = [deleted_by_button, deleted_in_bulk, deleted_by_a_query, deleted_by_its_own_model]
WITH_SECTION = [by_button_with_all_beneath_its_section, in_bulk_with_all_beneath_its_section]
RESTRICTED = [restricted, beneath_a_restricted_section, into_a_restricted_section]
Road = Callable[[World, Any], None]
TABLE: dict[str, list[Road]] = {
    "article": [*UNPUBLISHED, *DELETED, *WITH_SECTION, deleted_with_its_section, *RESTRICTED],
    "alias": [by_button, in_bulk, by_the_clock, as_a_bare_page, by_an_action, *DELETED],
    "plain_page": [*UNPUBLISHED, *DELETED, restricted],
    "section": [*UNPUBLISHED, *DELETED, restricted],
    "author": [author_deleted_by_button, deleted_by_its_own_model, author_deleted_by_sql],
}
ROADS = [(kind, road) for kind, roads in TABLE.items() for road in roads]


def bulk(action: str, *pages: Page) -> str:
    ids = "&".join(f"id={page.pk}" for page in pages)
    return f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', action])}?{ids}"


def sent(world: World, address: str, **form: str) -> None:
    """The editor sends a form of /cms/, which does what it says."""
    response = world.editor.post(address, form)
    assert response.status_code == HTTPStatus.FOUND, (address, response.status_code)


def taken(
    world: World, reader: Reader, kind: str, road: Road, committed: Callable[[], AbstractContextManager[object]]
) -> Iterator[str]:
    """Put a thing on the site, take it off on a road, and yield what still shows it."""
    if road in {*WITH_SECTION, beneath_a_restricted_section, deleted_with_its_section}:
        thing = world.article(newsroom.section())
    else:
        with committed():
            thing = getattr(world, kind)()
    surfaces = [*thing.own, *thing.shown]
    not_shown = [path for path in surfaces if not thing.is_shown(path, reader.get(path).text)]
    assert not_shown == [], f"{kind} {road.__name__}: not shown on {not_shown}, so that it could not be missed there"
    assert {reader.get(path).status for path in thing.own} == {HTTPStatus.OK}
    year = f"/{timezone.now():%Y}/"
    assert kind not in {"article", "alias"} or year in reader.get("/archive/").text
    with committed():
        road(world, thing.row)
    yield from _what_shows(thing, surfaces, reader)
    if not ArticlePage.objects.published().filter(edition_date__year=timezone.now().year).exists():
        yield from (path for path in ("/archive/", year) if year in reader.get(path).text.partition("<main")[2])


def _what_shows(thing: Thing, surfaces: list[str], reader: Reader) -> Iterator[str]:
    for path in thing.own:
        if reader.get(path).status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            yield path
    for path in surfaces:
        page = reader.get(path)
        if thing.is_shown(path, page.text):
            yield path
    if set(thing.own) & set(public_paths()):
        yield "the static copy"


def run() -> str:
    """Returns what still shows a thing on every fourth of the roads, in a process where everything is cached."""
    collect_static.collect_if_changed()
    Paper.load()
    world, reader = World(), Reader(host="127.0.0.1")
    world.editor.defaults["SERVER_NAME"] = reader.host
    world.is_searched = False
    told = [
        f"{kind} {road.__name__}: {where}"
        for kind, road in ROADS[::4]
        for where in taken(world, reader, kind, road, nullcontext)
    ]
    return ", ".join([*told, *_in_a_copy()]) or "gone everywhere"


def _in_a_copy() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        copy = StaticCopy(Path(folder), list(public_paths()))
        assert [page.path for page in copy.pages()]
        copy.add_remaining_files()
        for file in Path(folder).rglob("index.*"):
            # The articles of a section that is off the site still name it, and lead nowhere.
            if any(mark in file.read_text() for mark in ("zebrafinch", "colophon", "/on-lighthouses", "fenella")):
                yield f"{file} of the copy"
