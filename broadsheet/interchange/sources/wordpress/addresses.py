"""The addresses of a WordPress site: those that an export implies, and those that a reader asks for.

WordPress names a category, tag or author by the last part of the path, whatever its parents, and appends the same words
to every address: `feed/`, `page/2/`, `comment-page-2/`, a number for a page of a long post.
"""

import html
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from broadsheet.interchange.records import AddressRecord, AddressScheme, OldLink, RecordKind
from broadsheet.interchange.sources.wordpress import wxr

# The query parameters by which a site without permalinks names its pages.
PARAMETERS = ("p", "page_id", "attachment_id", "cat", "tag", "author", "m", "feed", "paged")
UPLOAD_FOLDERS = ("/wp-content/uploads/", "/files/", "/uploads/")
# WordPress stores smaller copies of an image beside it, as harbour-300x200.jpg.
SIZE_SUFFIX = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w+$)")

MAX_LENGTH = 2000
MAX_DIGITS = 18  # of a number that fits into 64 bits
_MAX_ENDINGS = 3
_ENDING = re.compile(
    r"(?:^|/)(?:(?P<feed>feed(?:/(?:feed|rdf|rss2?|atom))?)|page/(?P<page>\d{1,9})|comment-page-\d{1,9}"
    r"|(?<=/)\d{1,4}|trackback|embed)$"
)
_LIST = re.compile(r"(?:^|/)(category|tag|author)/(?:[^/]+/)*([^/]+)$")
_DATE = re.compile(r"^(?:(?:[^/]+/)?date/)?([12]\d{3}(?:/(?:0[1-9]|1[0-2])(?:/(?:0[1-9]|[12]\d|3[01]))?)?)$")
_MONTH_OR_DAY = re.compile(r"([12]\d{3})(\d\d)?(\d\d)?")
_FEED_FILE = re.compile(r"wp-(?:rss2?|rdf|atom|feed|commentsrss2)\.php")
_EXTENSION = re.compile(r"(?=\.\w+$)")
_PDF_PREVIEW = re.compile(r"-pdf\.jpe?g$")
_SCHEMES = {"category": AddressScheme.SECTION, "tag": AddressScheme.TAG, "author": AddressScheme.AUTHOR}
_NUMBERED = {"cat": AddressScheme.SECTION_ID, "author": AddressScheme.AUTHOR_ID}
_ITEM_PARAMETERS = ("p", "page_id", "attachment_id")
_NOT_IN_NICENAMES = re.compile(r"[^\w -]")

Targets = tuple[tuple[RecordKind, str], ...]


def links_of(path: str, query: Mapping[str, str]) -> list[OldLink]:
    """Return the readings of a path beneath the site's own, with its query; an empty list for no address of WordPress.

    A query that names content takes precedence, as in WordPress.
    """
    relative = path.strip("/").removeprefix("index.php").strip("/")
    if len(relative) > MAX_LENGTH:
        return []
    if not relative and (link := _of_query(query)) is not None:
        return [link]
    return _of_path(relative)


def _of_query(query: Mapping[str, str]) -> OldLink | None:
    printable = {name: query[name].replace("\0", "").strip() for name in PARAMETERS if name in query}
    named = {name: value for name, value in printable.items() if value}
    feed = _feed(named.get("feed", "")) if "feed" in named else ""
    is_further_page = "paged" in named
    if number := next((named[name] for name in _ITEM_PARAMETERS if _is_number(named.get(name, ""))), ""):
        return OldLink(AddressScheme.ITEM, (str(int(number)),), feed)
    for name, scheme in _NUMBERED.items():
        if _is_number(named.get(name, "")):
            return OldLink(scheme, (str(int(named[name])),), feed, is_further_page)
    if "tag" in named:
        return OldLink(AddressScheme.TAG, (slug_key(named["tag"]),), feed, is_further_page)
    if match := _MONTH_OR_DAY.fullmatch(named.get("m", "")):
        return OldLink(None, ("/".join(filter(None, match.groups())),), feed)
    return OldLink(None, (), feed, is_further_page) if feed or is_further_page else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


def _feed(name: str) -> str:
    return "atom" if "atom" in name else "rss"


def _of_path(path: str) -> list[OldLink]:
    if beneath := beneath_uploads(f"/{path}"):
        return [OldLink(AddressScheme.FILE, _files(beneath))]
    if _FEED_FILE.fullmatch(path):
        return [OldLink(None, (), _feed(path))]
    stems, feed, is_further_page = _stems(path)
    bare = stems[-1]
    if not bare or (bare == "comments" and feed):
        return [OldLink(None, (), feed, is_further_page)]
    # Without its endings first; a tag may be a number, which is no ending then.
    if match := next(filter(None, map(_LIST.search, reversed(stems))), None):
        return [OldLink(_SCHEMES[match[1]], (slug_key(match[2]),), feed, is_further_page)]
    links = [OldLink(AddressScheme.PATH, tuple(stems), feed, is_further_page)]
    dated = next((match[1] for stem in stems if (match := _DATE.match(stem))), "")
    return [*links, OldLink(None, (dated,), feed)] if dated else links


def _stems(path: str) -> tuple[list[str], str, bool]:
    """Return the path, and the paths before each of its endings; the kind of feed, and whether it is a further page."""
    stems, feed, is_further_page = [path], "", False
    for _ in range(_MAX_ENDINGS):
        match = _ENDING.search(stems[-1])
        if match is None:
            break
        feed = feed or (_feed(match["feed"]) if match["feed"] else "")
        is_further_page = is_further_page or int(match["page"] or 1) > 1
        stems.append(stems[-1][: match.start()])
    return stems, feed, is_further_page


def _files(path: str) -> tuple[str, ...]:
    """Return the files of which this may be a copy in another size, and the file itself first."""
    whole = SIZE_SUFFIX.sub("", path)
    scaled = _EXTENSION.sub("-scaled", whole)
    return tuple(dict.fromkeys([path, whole, scaled, _PDF_PREVIEW.sub(".pdf", whole)]))


def beneath_uploads(path: str) -> str:
    """Return the part of a decoded path beneath the uploads folder, or an empty string."""
    return next((path.partition(folder)[2] for folder in UPLOAD_FOLDERS if folder in path), "")


def slug_key(slug: str) -> str:
    """Return the slug of a term or author as addresses are compared: decoded, in small letters."""
    return unquote(slug).strip().lower()


# The addresses that an export implies.


def of_category(category: wxr.WxrCategory) -> Iterator[AddressRecord]:
    """Yield the addresses of a category, which is a section, or a tag of articles in other sections, or neither."""
    targets = _term_targets(category.slug, category.name)
    if category.parent:
        targets += ((RecordKind.SECTION, category.parent),)
    if category.slug:
        yield AddressRecord(AddressScheme.SECTION, slug_key(category.slug), targets)
    if category.source_id is not None:
        yield AddressRecord(AddressScheme.SECTION_ID, str(category.source_id), targets)


def of_tag(tag: wxr.WxrTag) -> Iterator[AddressRecord]:
    """Yield the address of a tag."""
    if tag.slug:
        yield AddressRecord(AddressScheme.TAG, slug_key(tag.slug), ((RecordKind.TAG, html.unescape(tag.name)),))


def of_author(author: wxr.WxrAuthor) -> Iterator[AddressRecord]:
    """Yield the addresses of an author."""
    targets = ((RecordKind.AUTHOR, author.login),)
    for name in dict.fromkeys([_nicename(author.login), slug_key(author.login)]):
        if name:
            yield AddressRecord(AddressScheme.AUTHOR, name, targets)
    if author.source_id is not None:
        yield AddressRecord(AddressScheme.AUTHOR_ID, str(author.source_id), targets)


def of_post(post: wxr.WxrPost, base_path: str) -> Iterator[AddressRecord]:
    """Yield the addresses of a post's terms and author, for exports that do not list them, or of an attachment."""
    if post.kind == wxr.PostKind.ATTACHMENT:
        yield from _of_attachment(post, base_path)
    if post.kind == wxr.PostKind.POST:
        for category in post.categories:
            if category.slug:
                targets = _term_targets(category.slug, category.name)
                yield AddressRecord(AddressScheme.SECTION, slug_key(category.slug), targets)
        for tag in post.tags:
            yield from of_tag(wxr.WxrTag(tag.slug, tag.name or tag.slug))
        if post.author_login:
            yield from of_author(wxr.WxrAuthor(post.author_login, post.author_login))


def _of_attachment(post: wxr.WxrPost, base_path: str) -> Iterator[AddressRecord]:
    paths = media_paths(post)
    pictures: Targets = tuple((RecordKind.PICTURE, path) for path in paths)
    parents: Targets = ()
    if post.parent_id is not None:
        parents = tuple((kind, str(post.parent_id)) for kind in (RecordKind.ARTICLE, RecordKind.PAGE))
    link = urlsplit(post.link)
    if (path := unquote(link.path.removeprefix(base_path)).strip("/")) and not link.query:
        yield AddressRecord(AddressScheme.PATH, path, (*parents, *pictures))
    if post.source_id is not None:
        yield AddressRecord(AddressScheme.ITEM, str(post.source_id), (*parents, *pictures))
    yield from (AddressRecord(AddressScheme.FILE, path, (*pictures, *parents)) for path in paths)


def media_paths(post: wxr.WxrPost) -> tuple[str, ...]:
    """Return the places of an attachment's file beneath the uploads folder, the best first."""
    url = unquote(urlsplit(post.attachment_url or post.guid).path)
    return tuple(dict.fromkeys(path for path in (post.attachment_file, beneath_uploads(url)) if path))


def _term_targets(slug: str, name: str) -> Targets:
    name = html.unescape(name)
    return ((RecordKind.SECTION, slug or name), (RecordKind.TAG, name or slug))


def _nicename(login: str) -> str:
    """Return the part of an author's address that WordPress makes of a login."""
    words = _NOT_IN_NICENAMES.sub("", slug_key(login).replace(".", "-"))
    return re.sub(r"[\s-]+", "-", words).strip("-")
