"""What changes the newsroom's tables from outside an editor's form."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from django.core.files.base import File
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.newsroom.keys import BESIDE, FRONT, SITEMAPS, key_of
from broadsheet.newsroom.models import (
    ArticlePage,
    ArticleTag,
    Author,
    BylineEntry,
    FrontPage,
    Paper,
    Photo,
    PlainPage,
    SectionPage,
)
from broadsheet.newsroom.models.articles import address_of
from broadsheet.newsroom.models.bulk_pages import free_slug, numbered, plant
from broadsheet.newsroom.models.pages import is_reserved
from broadsheet.newsroom.queries import lists_of
from broadsheet.pagecache.actions import EVERYTHING, purge, soft_purge, warm

IN_MASTHEAD = 8  # more than that is no quiet line
MAX_AUTHOR_SLUG = 112  # leaves room for a number
MAX_TAG_SLUG = 92


@dataclass(frozen=True, eq=False)
class ImportedArticle:
    """An article from elsewhere: the unsaved page, with the slug it had, and what hangs on it.

    A live page has its `first_published_at`; `old_paths` are the addresses at which readers found it before.
    """

    section: SectionPage
    page: ArticlePage
    byline: Sequence[Author] = ()
    tags: Sequence[Tag] = ()
    old_paths: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class ImportedPlainPage:
    """A page from elsewhere that stands by itself."""

    page: PlainPage
    old_paths: Sequence[str] = ()


def refile_article(number: int, *, section: Page) -> ArticlePage:
    """Files the moved article of this number under its new section; its address stays, so that no link breaks."""
    article = ArticlePage.objects.get(pk=number)
    note_lists(article)
    ArticlePage.objects.filter(pk=article.pk).update(section_id=section.pk)
    article.section_id = section.pk
    purge_article(article)
    return article


def note_lists(article: ArticlePage) -> None:
    """Notes on the article, before it is changed, in which lists readers find it."""
    article.stood_in = lists_of(article)


def purge_article(article: ArticlePage) -> None:
    """Makes stale what shows the article, and the lists that it has come into or left since it was noted.

    One that stood nowhere yet only adds to what readers see; nothing is removed by it. What stands beside the other
    articles of the section is renewed by itself: those may be very many, and then the worker sees to them.
    """
    came_or_went = lists_of(article) ^ article.stood_in
    if article.stood_in:
        purge(key_of(article), SITEMAPS, *came_or_went)
        return
    beside = {key for key in came_or_went if key.startswith(BESIDE)}
    soft_purge(key_of(article), SITEMAPS, *came_or_went - beside)
    soft_purge(*beside)


def warm_article(article: ArticlePage) -> None:
    """Has baked what readers turn to first when an article has appeared, was changed or is gone."""
    section = article.section
    feeds = [reverse("newsroom:feed"), reverse("newsroom:atom")]
    feeds += [reverse(f"newsroom:section_{kind}", args=[section.slug]) for kind in ("feed", "atom")]
    own = [article.get_absolute_url()] if article.live else []
    warm("/", *own, section.url, *feeds)


def warm_front() -> None:
    """Has the front page baked."""
    warm("/")


def purge_front() -> None:
    """Makes the front page stale."""
    purge(FRONT)


def purge_author(author: Author) -> None:
    """Makes stale what names an author."""
    purge(key_of(author), SITEMAPS)


def purge_thing(thing: Photo | Tag) -> None:
    """Makes stale what shows a photograph or a subject."""
    purge(key_of(thing))


def purge_everything() -> None:
    """Makes every page of the paper stale."""
    purge(EVERYTHING)


def import_articles(batch: Sequence[ImportedArticle]) -> list[ArticlePage]:
    """Stores, in the importer's transaction, articles from elsewhere, in a few queries for all of them.

    A slug that is taken in the section or on the day gets a number. Search and references are brought up to date by
    the importer, afterwards and in bulk.
    """
    _find_places(batch)
    plant([(one.section, one.page) for one in batch])
    BylineEntry.objects.bulk_create(
        BylineEntry(article=one.page, author=author, sort_order=place)
        for one in batch
        for place, author in enumerate(one.byline)
    )
    ArticleTag.objects.bulk_create(ArticleTag(content_object=one.page, tag=tag) for one in batch for tag in one.tags)
    redirect_readers((path, one.page) for one in batch if one.page.live for path in one.old_paths)
    purge_everything()
    return [one.page for one in batch]


def _find_places(batch: Sequence[ImportedArticle]) -> None:
    """Files each article under its section and gives the live ones their day and address, as publishing does."""
    zone = Paper.load().zone
    for one in batch:
        one.page.section_id = one.section.pk
        if one.page.live:
            one.page.published_at, one.page.is_public = one.page.first_published_at, True
            one.page.edition_date = timezone.localdate(one.page.published_at, timezone=zone)
    beside, addresses = _taken([one.page for one in batch])
    for one in batch:
        page = one.page

        def is_taken(slug: str, section: int = page.section_id, day: date | None = page.edition_date) -> bool:
            return (section, slug) in beside or (day is not None and address_of(day, slug) in addresses)

        if is_taken(page.slug):
            page.slug = _numbered_slug(one, is_taken)
        beside.add((page.section_id, page.slug))
        if page.edition_date:
            page.address = address_of(page.edition_date, page.slug)
            addresses.add(page.address)


def _taken(pages: Sequence[ArticlePage]) -> tuple[set[tuple[int, str]], set[str]]:
    """Of what these pages want: the slugs that are taken, with their sections, and the addresses."""
    wanted = [address_of(page.edition_date, page.slug) for page in pages if page.edition_date]
    alike = ArticlePage.objects.filter(slug__in={page.slug for page in pages})
    beside = set(alike.values_list("section_id", "slug"))
    return beside, set(ArticlePage.objects.filter(address__in=wanted).values_list("address", flat=True))


def _numbered_slug(one: ImportedArticle, is_taken: Callable[[str], bool]) -> str:
    day = one.page.edition_date
    return free_slug(
        one.section,
        one.page.slug,
        is_taken=lambda slug: is_taken(slug) or (day is not None and _is_address(address_of(day, slug))),
    )


def _is_address(address: str) -> bool:
    return bool(ArticlePage.objects.filter(address=address).exists())


def import_plain_page(one: ImportedPlainPage) -> PlainPage:
    """Stores, in the importer's transaction, a page from elsewhere beneath the front page, at a free address."""
    front = FrontPage.objects.get()
    one.page.slug = free_slug(front, one.page.slug, is_taken=is_reserved)
    plant([(front, one.page)])
    redirect_readers((path, one.page) for path in one.old_paths if one.page.live)
    purge_everything()
    return one.page


def import_section(title: str, *, slug: str, description: str = "") -> SectionPage:
    """Finds the section with this address, or opens one, at another address where the paper needs this one."""
    found = SectionPage.objects.filter(slug=slug).first()
    if found is not None:
        return found
    front = FrontPage.objects.get()
    slug = free_slug(front, slug, is_taken=is_reserved)
    section = SectionPage(title=title, slug=slug, description=description, show_in_menus=False)
    plant([(front, section)])
    purge_everything()
    return section


def fill_empty_masthead() -> None:
    """Lists the largest sections in a masthead that has none, as after an import; an editor's choice stays as it is."""
    if SectionPage.objects.in_menu().exists():
        return
    articles = Count("articles", filter=Q(articles__is_public=True))
    largest = SectionPage.objects.live().annotate(size=articles).order_by("-size", "path")
    SectionPage.objects.filter(pk__in=[section.pk for section in largest[:IN_MASTHEAD]]).update(show_in_menus=True)
    purge_everything()


def import_author(name: str, *, slug: str) -> Author:
    """Finds the author of this name, or notes a new one, under a numbered slug where somebody else has it."""
    found = Author.objects.filter(name=name).order_by("pk").first()
    slugs = chain([slug], numbered(slug[:MAX_AUTHOR_SLUG]))
    return found or Author.objects.create(name=name, slug=next(one for one in slugs if not _is_author(one)))


def _is_author(slug: str) -> bool:
    return Author.objects.filter(slug=slug).exists()


def import_tag(name: str, *, slug: str) -> Tag:
    """Finds the tag of this name, however it is capitalised, or makes it."""
    found = Tag.objects.filter(name__iexact=name).order_by("pk").first()
    slugs = chain([slug], numbered(slug[:MAX_TAG_SLUG]))
    return found or Tag.objects.create(name=name, slug=next(one for one in slugs if not _is_tag(one)))


def _is_tag(slug: str) -> bool:
    return Tag.objects.filter(slug=slug).exists()


def import_photo(path: Path, *, title: str, credit: str, description: str = "") -> Photo:
    """Stores a picture from a file, without what the camera knew; raises NoRoomForPhoto on a full disk."""
    photo = Photo(title=title, credit=credit, description=description)
    with path.open("rb") as file:
        photo.file = File(file, name=path.name)
        photo.save()
    return photo


def redirect_readers(pairs: Iterable[tuple[str, Page]]) -> None:
    """Sends readers from old addresses, for good, to where the pages are now; the first page at an address keeps it."""
    wanted: dict[str, Page] = {}
    for path, page in pairs:
        if path.strip("/") != getattr(page, "address", None):
            wanted.setdefault(Redirect.normalise_path(path), page)
    there = set(Redirect.objects.filter(old_path__in=wanted).values_list("old_path", flat=True))
    Redirect.objects.bulk_create(
        Redirect(old_path=path, redirect_page_id=page.pk) for path, page in wanted.items() if path not in there
    )
