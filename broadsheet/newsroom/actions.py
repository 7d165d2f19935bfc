"""Changes of the newsroom's tables that other rooms and signal handlers make, and the purges that follow a change."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import CollectionViewRestriction, Page, PageViewRestriction, ReferenceIndex, Revision
from wagtail.search.index import insert_or_update_object

from broadsheet.accounts.models import User
from broadsheet.core.text import slug_of
from broadsheet.newsroom.keys import BESIDE, FRONT, SITEMAPS, article_key, key_of
from broadsheet.newsroom.models import (
    ArticlePage,
    ArticleTag,
    Author,
    BylineEntry,
    FrontPage,
    Paper,
    Photo,
    PlainPage,
    PreviewLink,
    SectionPage,
)
from broadsheet.newsroom.models.articles import address_of
from broadsheet.newsroom.models.bulk_pages import free_slug, insert_pages, numbered
from broadsheet.newsroom.models.pages import is_reserved
from broadsheet.newsroom.queries import lists_of
from broadsheet.newsroom.rules import check_is_draft, check_may_edit
from broadsheet.pagecache.actions import EVERYTHING, purge, soft_purge, warm

IN_MASTHEAD = 8  # more do not fit on one line of a desktop screen
MAX_AUTHOR_SLUG = 112  # leaves room for a numeric suffix
MAX_TAG_SLUG = 92
UPDATED_AFTER = timedelta(minutes=1)  # other systems set the time of the last change at publication, too


@dataclass(frozen=True, eq=False)
class ImportedArticle:
    """An article to import: the unsaved page with its former slug, and the rows that belong to it.

    A live page has its `first_published_at`; `old_paths` are its former addresses, which are redirected; `day` is that
    of its address, by default the day in the paper's time zone.
    """

    section: SectionPage
    page: ArticlePage
    byline: Sequence[Author] = ()
    tags: Sequence[Tag] = ()
    old_paths: Sequence[str] = ()
    day: date | None = None


@dataclass(frozen=True, eq=False)
class ImportedPlainPage:
    """A plain page to import: the unsaved page and its former addresses."""

    page: PlainPage
    old_paths: Sequence[str] = ()


def make_preview_link(article: ArticlePage, *, by: User, days: int) -> PreviewLink:
    """Store a link that shows the draft for so many days; raise MayNotEdit and AlreadyPublished."""
    check_may_edit(article, by=by)
    check_is_draft(article)
    now = timezone.now()
    return PreviewLink.objects.create(article=article, made_by=by, made_at=now, ends_at=now + timedelta(days=days))


def revoke_preview_link(link: PreviewLink, *, by: User) -> None:
    """End the link now; raise MayNotEdit. A link that has been revoked keeps the time of that."""
    check_may_edit(link.article, by=by)
    PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())


def lift_privacy() -> int:
    """Delete the restrictions of all pages and collections, and return their number."""
    restrictions = [*PageViewRestriction.objects.select_related("page"), *CollectionViewRestriction.objects.all()]
    for restriction in restrictions:
        restriction.delete()
    return len(restrictions)


def refile_article(pk: int, *, before: Page, section: Page) -> None:
    """Set the section of an article that was moved from another; its address stays, so that no link breaks (ADR 5)."""
    article = ArticlePage.objects.get(pk=pk)
    remember_lists(article)
    if before.get_view_restrictions().exists():
        article.previous_lists = frozenset()  # beneath a private page it was in none
    ArticlePage.objects.filter(pk=article.pk).update(section_id=section.pk)
    purge_article(article)


def remember_lists(article: Page) -> None:
    """Remember on the page of an article, before a change, the surrogate keys of the lists that have it."""
    article.previous_lists = lists_of(article)


def purge_article(article: Page) -> None:
    """Purge the pages that show the article, and the lists that it has joined or left since `remember_lists`."""
    changed = lists_of(article) ^ article.previous_lists
    if article.previous_lists:
        purge(article_key(article.pk), SITEMAPS, *changed)
        return
    # A new article only adds to pages, so their stale copies may be served meanwhile (ADR 25). The pages of its section
    # that list it as related can be very many: a purge of their own lets the worker carry it out.
    related = {key for key in changed if key.startswith(BESIDE)}
    soft_purge(article_key(article.pk), SITEMAPS, *changed - related)
    soft_purge(*related)


def warm_article(article: ArticlePage) -> None:
    """Request that the pages readers open first are baked: the front page, the article, its section and the feeds."""
    section = article.section
    feeds = [reverse("newsroom:feed"), reverse("newsroom:atom")]
    feeds += [reverse(f"newsroom:section_{kind}", args=[section.slug]) for kind in ("feed", "atom")]
    own = [article.get_absolute_url()] if article.live else []
    warm("/", *own, section.url, *feeds)


def warm_front() -> None:
    """Request that the front page is baked."""
    warm("/")


def purge_front() -> None:
    """Purge the front page."""
    purge(FRONT)


def purge_author(author: Author) -> None:
    """Purge the pages that name the author."""
    purge(key_of(author), SITEMAPS)


def purge_photo_or_tag(instance: Photo | Tag) -> None:
    """Purge the pages that show the photograph or the tag."""
    purge(key_of(instance))


def purge_everything() -> None:
    """Purge every page of the paper."""
    purge(EVERYTHING)


def import_articles(batch: Sequence[ImportedArticle]) -> list[ArticlePage]:
    """Store the articles in the importer's transaction, with a constant number of queries.

    A slug that is taken in the section or on the day gets a number. The importer brings the search and reference
    indexes up to date afterwards.
    """
    _set_addresses(batch)
    insert_pages([(imported.section, imported.page) for imported in batch])
    BylineEntry.objects.bulk_create(
        BylineEntry(article=imported.page, author=author, sort_order=place)
        for imported in batch
        for place, author in enumerate(imported.byline)
    )
    ArticleTag.objects.bulk_create(
        ArticleTag(content_object=imported.page, tag=tag) for imported in batch for tag in imported.tags
    )
    redirect_old_paths((path, imported.page) for imported in batch if imported.page.live for path in imported.old_paths)
    purge_everything()
    return [imported.page for imported in batch]


def _set_addresses(batch: Sequence[ImportedArticle]) -> None:
    """Set the section of each article, and the day and address of the live ones, as publishing does."""
    zone = Paper.load().zone
    for imported in batch:
        page = imported.page
        page.section_id = imported.section.pk
        if page.live:
            page.published_at = page.first_published_at
            page.edition_date = imported.day or timezone.localdate(page.published_at, timezone=zone)
            changed = page.last_published_at
            page.updated_at = changed if changed and changed - page.published_at > UPDATED_AFTER else None
    slugs, addresses = _taken([imported.page for imported in batch])
    for imported in batch:
        page = imported.page

        def is_taken(slug: str, section: int = page.section_id, day: date | None = page.edition_date) -> bool:
            return (section, slug) in slugs or (day is not None and address_of(day, slug) in addresses)

        if is_taken(page.slug):
            page.slug = _numbered_slug(imported, is_taken)
        slugs.add((page.section_id, page.slug))
        if page.edition_date:
            page.address = address_of(page.edition_date, page.slug)
            addresses.add(page.address)


def _taken(pages: Sequence[ArticlePage]) -> tuple[set[tuple[int, str]], set[str]]:
    """Return the taken slugs among those of the pages, each with its section, and the taken addresses."""
    wanted = [address_of(page.edition_date, page.slug) for page in pages if page.edition_date]
    same_slug = ArticlePage.objects.filter(slug__in={page.slug for page in pages})
    slugs = set(same_slug.values_list("section_id", "slug"))
    return slugs, set(ArticlePage.objects.filter(address__in=wanted).values_list("address", flat=True))


def _numbered_slug(imported: ImportedArticle, is_taken: Callable[[str], bool]) -> str:
    day = imported.page.edition_date
    return free_slug(
        imported.section,
        imported.page.slug,
        is_taken=lambda slug: is_taken(slug) or (day is not None and _is_address(address_of(day, slug))),
    )


def _is_address(address: str) -> bool:
    return bool(ArticlePage.objects.filter(address=address).exists())


def import_plain_page(imported: ImportedPlainPage) -> PlainPage:
    """Store the page in the importer's transaction, beneath the front page at a free address."""
    front, page = FrontPage.objects.get(), imported.page
    page.slug = free_slug(front, page.slug, is_taken=is_reserved)
    insert_pages([(front, page)])
    redirect_old_paths((path, page) for path in imported.old_paths if page.live)
    purge_everything()
    return page


def add_imported_pictures(page: ArticlePage | PlainPage, fields: dict[str, Any], draft: dict[str, Any]) -> None:
    """Set the body and other fields of a page, and of its latest revision where it has one, without a new revision.

    Both have the form in which revisions store them. The indexes follow.
    """
    page.body = fields["body"]
    type(page).objects.filter(pk=page.pk).update(**{**fields, "body": page.body})
    if page.latest_revision is not None:
        content = {**page.latest_revision.content, **draft}
        Revision.objects.filter(pk=page.latest_revision.pk).update(content=content)
    stored = type(page).objects.get(pk=page.pk)
    ReferenceIndex.create_or_update_for_object(stored)
    insert_or_update_object(stored)
    purge_everything()


def import_section(title: str, *, slug: str, description: str = "") -> SectionPage:
    """Create a section, with a number behind a slug that is taken or that the paper uses itself."""
    front = FrontPage.objects.get()
    slug = free_slug(front, slug, is_taken=is_reserved)
    section = SectionPage(title=title, slug=slug, description=description, show_in_menus=False)
    insert_pages([(front, section)])
    purge_everything()
    return section


def fill_empty_masthead() -> None:
    """List the largest sections in a masthead that has none, as after an import; leave an editor's choice alone."""
    if SectionPage.objects.in_menu().exists():
        return
    articles = Count("articles", filter=Q(articles__is_public=True))
    largest = SectionPage.objects.published().annotate(size=articles).order_by("-size", "path")
    SectionPage.objects.filter(pk__in=[section.pk for section in largest[:IN_MASTHEAD]]).update(show_in_menus=True)
    purge_everything()


def import_author(name: str, *, slug: str) -> Author:
    """Create an author, with a number behind a slug that is taken."""
    slugs = chain([slug], numbered(slug[:MAX_AUTHOR_SLUG]))
    return Author.objects.create(name=name, slug=next(slug for slug in slugs if not _is_author(slug)))


def _is_author(slug: str) -> bool:
    return Author.objects.filter(slug=slug).exists()


def import_tag(name: str, *, slug: str) -> Tag:
    """Create a tag, with a number behind a slug that is taken."""
    slugs = chain([slug], numbered(slug[:MAX_TAG_SLUG]))
    return Tag.objects.create(name=name, slug=next(slug for slug in slugs if not _is_tag(slug)))


def fill_tag_slug(tag: Tag) -> None:
    """Give a tag that has no slug one of its name, which may be in any script or of signs alone."""
    if not tag.slug:
        slug = slug_of(tag.name, otherwise="subject", max_length=MAX_TAG_SLUG)
        tag.slug = next(slug for slug in chain([slug], numbered(slug)) if not _is_tag(slug))


def _is_tag(slug: str) -> bool:
    return Tag.objects.filter(slug=slug).exists()


def import_photo(path: Path, *, title: str, credit: str, description: str = "") -> Photo:
    """Store a picture from a file without its metadata; raise NoRoomForPhoto on a full disk."""
    photo = Photo(title=title, credit=credit, description=description)
    with path.open("rb") as file:
        photo.file = File(file, name=path.name)
        photo.save()
    return photo


def redirect_renamed(renamed: Author | Tag) -> None:
    """Redirect the address that the database still has, and all that led there, to the one that is about to be saved.

    Wagtail does so for pages only.
    """
    stored = type(renamed).objects.filter(pk=renamed.pk).exclude(slug=renamed.slug).first()
    if stored is None:
        return
    before, after = (reverse(f"newsroom:{kept._meta.model_name}", args=[kept.slug]) for kept in (stored, renamed))
    Redirect.objects.filter(old_path=Redirect.normalise_path(after)).delete()
    Redirect.objects.filter(redirect_link=before).update(redirect_link=after)
    Redirect.objects.update_or_create(
        old_path=Redirect.normalise_path(before),
        site=None,
        defaults={"redirect_link": after, "redirect_page": None, "automatically_created": True},
    )


def redirect_readdressed(article: ArticlePage) -> None:
    """Redirect the stored address of an article that is about to be saved with another, but with its stored slug.

    Where the slug changes, Wagtail redirects the address.
    """
    stored = ArticlePage.objects.filter(pk=article.pk, slug=article.slug, address__isnull=False)
    for address in stored.exclude(address=article.address).values_list("address", flat=True):
        redirect_old_paths([(f"/{address}/", article)])


def redirect_old_paths(pairs: Iterable[tuple[str, Page]]) -> None:
    """Redirect each path permanently to its page; of several pages with the same path, the first has it."""
    wanted: dict[str, Page] = {}
    for path, page in pairs:
        if path.strip("/") != getattr(page, "address", None):
            wanted.setdefault(Redirect.normalise_path(path), page)
    existing = set(Redirect.objects.filter(old_path__in=wanted).values_list("old_path", flat=True))
    Redirect.objects.bulk_create(
        Redirect(old_path=path, redirect_page_id=page.pk) for path, page in wanted.items() if path not in existing
    )
