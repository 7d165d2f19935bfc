"""The addresses that an export implies: those at which WordPress would answer for the site that was exported.

The file is read here without the importer, so that a mistake of its reader cannot hide an address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

PER_PAGE = 10
COMMENTS_PER_PAGE = 50
FEEDS = ("feed/", "feed/rss/", "feed/rss2/", "feed/rdf/", "feed/atom/")
NAMES = ("rss", "rss2", "rdf", "atom")
PICTURE = re.compile(r"\.(jpe?g|png|gif|webp)$", re.IGNORECASE)
SIZES = ("-150x150", "-300x200", "-1024x683")


def text(element: etree._Element, name: str) -> str:
    """Return the text of a child, whatever the version in its namespace."""
    found = element.find(f"{{*}}{name}")
    if found is None:
        found = element.find(name)
    return ("".join(map(str, found.itertext())) if found is not None else "").strip()


@dataclass
class Terms:
    """The terms of one taxonomy: their ids and parents by slug, and how many published posts have each."""

    ids: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)

    def path(self, slug: str) -> str:
        parent, seen, path = self.parents.get(slug), {slug}, slug
        while parent and parent not in seen:
            path, seen = f"{parent}/{path}", {*seen, parent}
            parent = self.parents.get(parent)
        return path


class Site:
    """The export, parsed as a whole."""

    def __init__(self, file: Path) -> None:
        parser = etree.XMLParser(recover=True, huge_tree=True, strip_cdata=False)
        channel = etree.parse(str(file), parser).getroot().find("channel")
        assert channel is not None
        self.channel = channel
        address = text(channel, "base_blog_url") or text(channel, "base_site_url") or text(channel, "link")
        self.host, self.base = urlsplit(address).netloc, urlsplit(address).path.rstrip("/")
        self.items = [item for item in channel.iter("item") if text(item, "post_type") != "nav_menu_item"]
        self.published = [item for item in self.items if self.is_public(item)]

    @staticmethod
    def is_public(item: etree._Element) -> bool:
        kind, password = text(item, "post_type") or "post", text(item, "post_password")
        return kind in {"post", "page"} and text(item, "status") == "publish" and not password

    def terms(self, tag: str, slug: str, domains: set[str]) -> Terms:
        terms = Terms()
        for element in self.channel.iterfind(f"{{*}}{tag}"):
            name = text(element, slug)
            if name:
                terms.ids[name], terms.parents[name] = text(element, "term_id"), text(element, "category_parent")
                terms.posts.setdefault(name, 0)
        for item in self.published:
            for nicename in {e.get("nicename") for e in item.iterfind("category") if e.get("domain") in domains}:
                if nicename and (text(item, "post_type") or "post") == "post":
                    terms.posts[nicename] = terms.posts.get(nicename, 0) + 1
        return terms


def implied(file: Path) -> dict[str, set[str]]:
    """Return the addresses by their kind, each beginning with the path of the old site."""
    site = Site(file)
    found: dict[str, set[str]] = {
        "site": set(_site(site)),
        "posts": {path for item in site.published for path in _post(item)},
        "dates": set(_dates(site)),
        "categories": set(_terms(site.terms("category", "category_nicename", {"category"}), "category", "cat")),
        "tags": set(_terms(site.terms("tag", "tag_slug", {"post_tag", "tag"}), "tag", "tag")),
        "authors": set(_authors(site)),
        "attachments": {path for item in site.items for path in _attachment(item)},
        "uploads": {path for item in site.items for path in _uploads(item, site)},
    }
    return {
        kind: {path if path.startswith("//") else _placed(path, site.base, kind) for path in paths}
        for kind, paths in found.items()
    }


def _placed(path: str, base: str, kind: str) -> str:
    """Permalinks have the path of the site already; all others are beneath it."""
    return path[len("link:") :] if path.startswith("link:") else f"{base}{path}"


def _list(path: str, posts: int, query: str) -> Iterator[str]:
    yield f"{path}"
    yield f"{path.rstrip('/')}"
    yield from (f"{path}{feed}" for feed in FEEDS)
    yield from (f"{path}page/{number}/" for number in range(1, max(2, ceil(posts / PER_PAGE)) + 1))
    yield from (f"{path}page/2/{feed}" for feed in FEEDS[:1])
    if query:
        yield f"/?{query}"
        yield f"/?{query}&paged=2"
        yield from (f"/?feed={name}&{query}" for name in NAMES)


def _site(site: Site) -> Iterator[str]:
    yield from _list("/", len(site.published), "")
    yield from (f"/comments/{feed}" for feed in FEEDS)
    yield from (f"/?feed={name}" for name in (*NAMES, "comments-rss2"))
    yield "/?paged=2"
    yield from ("/wp-rss2.php", "/wp-atom.php", "/wp-rdf.php", "/wp-commentsrss2.php")


def _permalink(item: etree._Element) -> str:
    link = urlsplit(text(item, "link"))
    return link.path if link.path.strip("/") and not link.query else ""


def _post(item: etree._Element) -> Iterator[str]:
    number, kind = text(item, "post_id"), text(item, "post_type") or "post"
    pages = text(item, "encoded").count("<!--nextpage-->") + 1
    approved = sum(text(comment, "comment_approved") == "1" for comment in item.iterfind("{*}comment"))
    if path := _permalink(item):
        path = f"link:{path.rstrip('/')}/"
        yield path
        yield path.rstrip("/")
        yield from (f"{path}{feed}" for feed in FEEDS)
        yield from (f"{path}{further}/" for further in range(2, pages + 1))
        yield from (f"{path}comment-page-{page}/" for page in range(1, max(2, ceil(approved / COMMENTS_PER_PAGE)) + 1))
        yield f"{path}comment-page-1/feed/"
        yield f"{path}trackback/"
    if number:
        yield f"/?{'page_id' if kind == 'page' else 'p'}={number}"
        yield f"/?p={number}"
        yield f"/?p={number}&page=2"
        yield f"/?p={number}&cpage=1"
        yield f"/?feed=rss2&p={number}"


def _dates(site: Site) -> Iterator[str]:
    for item in site.published:
        match = re.match(r"(\d{4})-(\d\d)-(\d\d)", text(item, "post_date"))
        if (text(item, "post_type") or "post") == "post" and match and match[1] != "0000":
            year, month, day = match.groups()
            for path in (f"/{year}/", f"/{year}/{month}/", f"/{year}/{month}/{day}/"):
                yield from (path, f"{path}feed/", f"{path}page/2/")
            yield from (f"/?m={year}{month}", f"/?m={year}{month}{day}")


def _terms(terms: Terms, word: str, parameter: str) -> Iterator[str]:
    for slug, posts in terms.posts.items():
        query = terms.ids.get(slug, "") if parameter == "cat" else slug
        yield from _list(f"/{word}/{terms.path(slug)}/", posts, f"{parameter}={query}" if query else "")


def _authors(site: Site) -> Iterator[str]:
    for author in site.channel.iterfind("{*}author"):
        login, number = text(author, "author_login"), text(author, "author_id")
        if nicename := _nicename(login):
            posts = sum(text(item, "creator") == login for item in site.published)
            yield from _list(f"/author/{nicename}/", posts, f"author={number}" if number else "")


def _nicename(login: str) -> str:
    """As WordPress makes it of a login in ASCII."""
    return re.sub(r"[\s-]+", "-", re.sub(r"[^a-z0-9 _-]", "", login.lower().replace(".", "-"))).strip("-")


def _attachment(item: etree._Element) -> Iterator[str]:
    if text(item, "post_type") == "attachment" and text(item, "status") == "inherit":
        if path := _permalink(item):
            yield f"link:{path}"
            yield f"link:{path.rstrip('/')}/feed/"
        if number := text(item, "post_id"):
            yield f"/?attachment_id={number}"
            yield f"/?p={number}"


def _uploads(item: etree._Element, site: Site) -> Iterator[str]:
    """Of files that lay on another host, such as that of WordPress.com's pictures, there is no address here."""
    url = urlsplit(text(item, "attachment_url"))
    if text(item, "post_type") == "attachment" and url.path and (url.netloc == site.host or "/uploads/" in url.path):
        yield f"link:{url.path}"
        if PICTURE.search(url.path):
            stem, _, ending = url.path.rpartition(".")
            yield from (f"link:{stem}{size}.{ending}" for size in SIZES)
