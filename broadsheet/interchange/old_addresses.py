"""Finds the present address of the content that an address of the old site named.

Facts are stored, and rules apply to them: no row is needed for each feed, further page or size of a picture. An address
that nothing is known of costs a fixed number of queries.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import quote

from django.urls import reverse
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.interchange.import_log import stored_key
from broadsheet.interchange.models import Counterpart, OldAddress, Source, SourceKind
from broadsheet.interchange.records import AddressScheme, OldLink
from broadsheet.newsroom.models import ArticlePage, Author, Photo, PlainPage, SectionPage
from broadsheet.newsroom.pictures import sources_of

_LISTS = frozenset({
    *(AddressScheme.SECTION, AddressScheme.SECTION_ID, AddressScheme.TAG, AddressScheme.AUTHOR, AddressScheme.AUTHOR_ID)
})  # fmt: skip
# Records that an address names without a row of its own, because their key in the import log is the same.
_DIRECT: dict[AddressScheme | None, tuple[SourceKind, ...]] = {
    AddressScheme.ITEM: (SourceKind.ARTICLE, SourceKind.PAGE),
    AddressScheme.FILE: (SourceKind.PICTURE,),
}


class Target(NamedTuple):
    """A record of a source: the kind and the key by which the import log has it."""

    source_id: int
    kind: str
    key: str


def sources_beneath(path: str) -> dict[str, list[int]]:
    """Return the sources whose old site had this path, by the base path of the site, the longest first."""
    bases: dict[str, list[int]] = {}
    for pk, address in Source.objects.order_by("pk").values_list("pk", "address"):
        base = "/".join(["", *address.split("/")[1:]]) if not address.startswith("title:") else ""
        if path.rstrip("/") == base or path.startswith(f"{base}/"):
            bases.setdefault(base, []).append(pk)
    return dict(sorted(bases.items(), key=lambda item: -len(item[0])))


def present_path(sources: Sequence[int], base: str, link: OldLink) -> str | None:
    """Return the path to which an old link of these sources leads; None where it leads nowhere."""
    if link.scheme is None:
        return _archive(link.keys[0]) if link.keys else _front(link)
    if link.scheme == AddressScheme.PATH and (path := _beneath_page(base, link)):
        return path
    targets = _targets(sources, link)
    return _of_targets(targets, link) if targets else None


def _front(link: OldLink) -> str:
    if link.feed:
        return _feed(link)
    return reverse("newsroom:archive") if link.is_further_page else "/"


def _feed(link: OldLink) -> str:
    return reverse("newsroom:atom" if link.feed == "atom" else "newsroom:feed")


def _archive(day: str) -> str | None:
    """Return the archive of a day, or of its month or year where it has none: other zones have other days."""
    parts = [int(part) for part in day.split("/")]
    while parts:
        with suppress(ValueError):
            if ArticlePage.objects.published().dated(*parts).exists():
                return "/" + "/".join([f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:])]) + "/"
        parts.pop()
    return None


def _beneath_page(base: str, link: OldLink) -> str | None:
    """Return the path of the page to whose address WordPress had appended a feed, a number or the like."""
    stems = link.keys[1:]
    if not stems:
        return None
    paths = [Redirect.normalise_path(quote(f"{base}/{stem}")) for stem in stems]
    redirects = {redirect.old_path: redirect for redirect in Redirect.objects.filter(old_path__in=paths)}
    moved = (redirects[path].link for path in paths if path in redirects)
    return next(filter(_is_here, moved), None) or _present(stems, link)


def _is_here(path: str | None) -> bool:
    """Say whether a path is on this site: an editor may have redirected an address to another one."""
    return bool(path) and str(path).startswith("/") and not str(path).startswith("//")


def _present(stems: Sequence[str], link: OldLink) -> str | None:
    """Return the path of a page that kept its address."""
    article = ArticlePage.objects.published().filter(address__in=stems).first()
    if article is not None:
        return f"/{article.address}/"
    slugs = [stem for stem in stems if "/" not in stem]
    section = SectionPage.objects.published().filter(slug__in=slugs).first() if slugs else None
    if section is not None:
        return _section_path(section, link)
    return _path_of(PlainPage.objects.published().filter(slug__in=slugs).first()) if slugs else None


def _targets(sources: Sequence[int], link: OldLink) -> list[Target]:
    """Return the records that a link may name, the best first."""
    keys = {stored_key(key): key for key in link.keys}
    rows = OldAddress.objects.filter(source__in=sources, scheme=link.scheme, key__in=keys)
    stored = {(row.source_id, row.key): row.targets for row in rows}
    targets: list[Target] = []
    for key, name in keys.items():
        for source in sources:
            targets += [Target(source, kind, name) for kind in _DIRECT.get(link.scheme, ())]
            targets += [Target(source, kind, target) for kind, target in stored.get((source, key), ())]
    return targets if stored or link.scheme in _DIRECT else []


def _of_targets(targets: Sequence[Target], link: OldLink) -> str | None:
    """Return the path of the first target that readers can see."""
    logged = {
        (row.source_id, row.kind, row.key): row.target
        for row in Counterpart.objects.filter(
            source__in={target.source_id for target in targets},
            kind__in={target.kind for target in targets},
            key__in={stored_key(target.key) for target in targets},
        )
    }
    found = [(target.kind, logged.get((target.source_id, target.kind, stored_key(target.key)))) for target in targets]
    paths = (_PATHS[kind](pk, link) for kind, pk in dict.fromkeys(found) if pk is not None)
    path = next(filter(None, paths), None)
    return path or _instead(found, link)


def _instead(found: Sequence[tuple[str, int | None]], link: OldLink) -> str | None:
    """Return the archive for content that never came into the paper; None for content that was removed from it."""
    is_list = link.scheme in _LISTS
    if not is_list and len(found) <= len(_DIRECT.get(link.scheme, ())) * len(link.keys):
        return None  # no fact is stored: an item or file of which the export knew nothing
    came_in = [(kind, pk) for kind, pk in found if pk is not None and (is_list or kind == SourceKind.PICTURE)]
    if any(not _is_empty_tag(kind, pk) for kind, pk in came_in):
        return None
    return _feed(link) if link.feed and is_list else reverse("newsroom:archive")


def _is_empty_tag(kind: str, pk: int) -> bool:
    return kind == SourceKind.TAG and bool(Tag.objects.filter(pk=pk).exists())


def _section(pk: int, link: OldLink) -> str | None:
    section = SectionPage.objects.published().filter(pk=pk).first()
    return section and _section_path(section, link)


def _section_path(section: SectionPage, link: OldLink) -> str:
    names = {"rss": "section_feed", "atom": "section_atom"}
    return reverse(f"newsroom:{names[link.feed]}", args=[section.slug]) if link.feed else _path_of(section) or ""


def _tag(pk: int, link: OldLink) -> str | None:
    tag = Tag.objects.filter(pk=pk).first()
    if tag is None or not ArticlePage.objects.published().filter(tagged_items__tag=tag).exists():
        return None
    return _feed(link) if link.feed else reverse("newsroom:tag", args=[tag.slug])


def _author(pk: int, link: OldLink) -> str | None:
    author = Author.objects.filter(pk=pk).first()
    return author and (_feed(link) if link.feed else author.get_absolute_url())


def _article(pk: int, _link: OldLink) -> str | None:
    article = ArticlePage.objects.published().filter(pk=pk).first()
    return article and article.get_absolute_url()


def _page(pk: int, _link: OldLink) -> str | None:
    return _path_of(PlainPage.objects.published().filter(pk=pk).first())


def _picture(pk: int, _link: OldLink) -> str | None:
    photo = Photo.objects.select_related("collection").filter(pk=pk).first()
    if photo is None or photo.collection.get_view_restrictions().exists():
        return None
    return sources_of(photo).fallback


def _path_of(page: Page | None) -> str | None:
    """Return the path of a page, without the scheme and host that Wagtail may put before it."""
    parts = page.get_url_parts() if page is not None else None
    return parts[2] if parts else None


_PATHS: dict[str, Callable[[int, OldLink], str | None]] = {
    SourceKind.SECTION: _section,
    SourceKind.TAG: _tag,
    SourceKind.AUTHOR: _author,
    SourceKind.ARTICLE: _article,
    SourceKind.PAGE: _page,
    SourceKind.PICTURE: _picture,
}
