"""Turns the elements of an export into records: names without their namespaces, numbers, times, states."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache

from lxml import etree

from broadsheet.interchange.wordpress.records import (
    AuthorRecord,
    CategoryRecord,
    CommentApproval,
    CommentKind,
    CommentRecord,
    ExportHeader,
    Moment,
    PostKind,
    PostRecord,
    TagRecord,
    Term,
)

Fields = dict[str, str]

_NEVER_READ = frozenset({"wp:comment_author_IP", "wp:author_email"})
_RECORDS_OF_THEIR_OWN = frozenset({"item", "wp:comment"})
_ID = re.compile(r"[0-9]{1,18}")
_YEARS = range(1500, 9999)
_YEARS_OF_FEEDS = range(2000, 9999)
_MAIL_DATE = re.compile(r"\s*[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4} ")
_CATEGORY = frozenset({"category"})
_TAG = frozenset({"post_tag", "tag"})
_PLAIN_FIELDS = frozenset({"title", "link", "pubDate", "guid", "description", "category", "item"})
_PAIRS = frozenset({"wp:postmeta", "wp:commentmeta"})
_WORDPRESS = re.compile(r"https?://(?:www\.)?wordpress\.(?:org|com)/export/[\d.]*/?(excerpt)?/?$", re.IGNORECASE)
_FAMILIES = {"http://purl.org/rss/1.0/modules/content/": "content", "http://purl.org/dc/elements/1.1/": "dc"}
_APPROVALS = {"1": "approved", "approved": "approved", "spam": "spam", "trash": "trash", "post-trashed": "trash"}


def name_of(element: etree._Element) -> str:
    """Gives `wp:post_id` whatever version of the namespace, or none, the file declares; `title` for plain RSS."""
    return _name(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(maxsize=1024)
def _name(tag: str) -> str:
    if not tag.startswith("{"):
        return tag
    uri, _, local = tag[1:].partition("}")
    return f"{_family(uri)}:{local}"


def _family(uri: str) -> str:
    if (ours := _WORDPRESS.match(uri)) is not None:
        return "excerpt" if ours[1] else "wp"
    return _FAMILIES.get(uri, "other")


def text_of(element: etree._Element) -> str:
    """Gives the element's text up to a swallowed field; an entity gives its HTML character or nothing."""
    if not len(element):
        return element.text or ""
    parts = [element.text or ""]
    for child in element:
        if _is_field(child):
            break
        parts.append(_character(child.text or "") if child.tag is etree.Entity else text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _is_field(element: etree._Element) -> bool:
    name = name_of(element)
    return ":" in name or name in _PLAIN_FIELDS


def _character(reference: str) -> str:
    meant = html.unescape(reference)
    return "" if meant == reference else meant


def leaves(element: etree._Element) -> Iterator[etree._Element]:
    """Yields the children that are elements, and theirs where an unfinished field has swallowed the next ones."""
    for child in element:
        name = name_of(child)
        if not name or name in _RECORDS_OF_THEIR_OWN:
            continue
        yield child
        if len(child) and name not in _PAIRS:
            yield from leaves(child)


def fields_of(element: etree._Element) -> Fields:
    """Gives the texts of the children by name; of two with one name the first that is not empty wins."""
    fields: Fields = {}
    for child in leaves(element):
        name = name_of(child)
        if name not in _NEVER_READ and not fields.get(name):
            fields[name] = _whole_text(child, name)
    return fields


def _whole_text(child: etree._Element, name: str) -> str:
    text = text_of(child)
    swallowed = any(_is_field(inner) for inner in child)
    return text.partition(f"</{name}>")[0] if swallowed else text


def number(text: str | None) -> int | None:
    """Reads an id; 0, nothing and nonsense are None."""
    digits = (text or "").strip()
    return int(digits) or None if _ID.fullmatch(digits) else None


def moment(gmt: str, local: str, zone: tzinfo) -> Moment | None:
    """Joins the two times WordPress keeps; `zone` is the site's and serves only where the one in UTC is missing."""
    universal, wall = _clock(gmt), _clock(local)
    if universal is not None:
        at = universal.replace(tzinfo=UTC)
        return Moment(at, wall or at.astimezone(zone).replace(tzinfo=None))
    if wall is not None:
        return Moment(wall.replace(tzinfo=zone).astimezone(UTC), wall)
    return None


def _clock(text: str) -> datetime | None:
    """Reads 2012-01-05 14:30:46; WordPress writes zeros for 'never', and no paper is older than printing."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return read if read.year in _YEARS and read.tzinfo is None else None


def _from_mail_date(text: str, zone: tzinfo) -> Moment | None:
    """Reads the pubDate of RSS, the last resort; WordPress writes 30 November of 1999 or of year -1 for 'never'."""
    if not _MAIL_DATE.match(text):
        return None
    try:
        read = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    return Moment(at, at.astimezone(zone).replace(tzinfo=None)) if at.year in _YEARS_OF_FEEDS else None


def header(channel: etree._Element) -> ExportHeader:
    """Makes the header of the channel's own fields."""
    fields = {name_of(child): text_of(child) for child in channel if not len(child)}
    base = fields.get("wp:base_blog_url") or fields.get("wp:base_site_url") or fields.get("link", "")
    version = fields.get("wp:wxr_version", "").strip()
    return ExportHeader(
        title=fields.get("title", "").strip(),
        base_url=base.strip(),
        version=version if re.fullmatch(r"\d+(\.\d+)*", version) else "",
        language=fields.get("language", "").strip(),
    )


def speaks_wordpress(element: etree._Element | None) -> bool:
    """Says whether the channel or item has a field that only WordPress's exports have."""
    return element is not None and any(name_of(child).startswith("wp:") for child in element)


def post_id(item: etree._Element) -> int | None:
    """Finds the id of an item that may not be finished yet."""
    found = next((child for child in leaves(item) if name_of(child) == "wp:post_id"), None)
    return None if found is None else number(text_of(found))


def author(element: etree._Element) -> AuthorRecord:
    """Makes an author; who has no display name is called by the login."""
    fields = fields_of(element)
    login = fields.get("wp:author_login", "").strip()
    return AuthorRecord(
        login=login,
        display_name=fields.get("wp:author_display_name", "").strip() or login,
        source_id=number(fields.get("wp:author_id")),
        first_name=fields.get("wp:author_first_name", "").strip(),
        last_name=fields.get("wp:author_last_name", "").strip(),
    )


def category(element: etree._Element) -> CategoryRecord:
    """Makes a category; one without a name is called by its slug."""
    fields = fields_of(element)
    slug = fields.get("wp:category_nicename", "").strip()
    return CategoryRecord(
        slug=slug,
        name=fields.get("wp:cat_name", "").strip() or slug,
        parent=fields.get("wp:category_parent", "").strip(),
        source_id=number(fields.get("wp:term_id")),
        description=fields.get("wp:category_description", "").strip(),
    )


def tag(element: etree._Element) -> TagRecord:
    """Makes a tag; one without a name is called by its slug."""
    fields = fields_of(element)
    slug = fields.get("wp:tag_slug", "").strip()
    return TagRecord(slug, fields.get("wp:tag_name", "").strip() or slug, number(fields.get("wp:term_id")))


def comment(element: etree._Element, post_id: int | None, zone: tzinfo) -> CommentRecord:
    """Makes a comment; what WordPress did not plainly approve is pending."""
    fields = fields_of(element)
    approval = _APPROVALS.get(fields.get("wp:comment_approved", "").strip(), "pending")
    return CommentRecord(
        source_id=number(fields.get("wp:comment_id")),
        post_id=post_id,
        parent_id=number(fields.get("wp:comment_parent")),
        author_name=fields.get("wp:comment_author", "").strip(),
        author_url=fields.get("wp:comment_author_url", "").strip(),
        email=fields.get("wp:comment_author_email", "").strip(),
        written=moment(fields.get("wp:comment_date_gmt", ""), fields.get("wp:comment_date", ""), zone),
        body=fields.get("wp:comment_content", ""),
        approval=CommentApproval(approval),
        kind=_comment_kind(fields.get("wp:comment_type", "").strip()),
        user_id=number(fields.get("wp:comment_user_id")),
    )


def _comment_kind(word: str) -> CommentKind:
    try:
        return CommentKind(word or "comment")
    except ValueError:
        return CommentKind.OTHER


def post(element: etree._Element, zone: tzinfo) -> PostRecord:
    """Makes a post of its element."""
    fields, meta = fields_of(element), _meta(element)
    source_kind = fields.get("wp:post_type", "").strip() or "post"
    published = moment(fields.get("wp:post_date_gmt", ""), fields.get("wp:post_date", ""), zone)
    return PostRecord(
        source_id=number(fields.get("wp:post_id")),
        kind=_post_kind(source_kind),
        source_kind=source_kind,
        status=fields.get("wp:status", "").strip(),
        title=fields.get("title", "").strip(),
        slug=fields.get("wp:post_name", "").strip(),
        link=fields.get("link", "").strip(),
        guid=fields.get("guid", "").strip(),
        body=fields.get("content:encoded", ""),
        excerpt=fields.get("excerpt:encoded", ""),
        author_login=fields.get("dc:creator", "").strip(),
        published=published or _from_mail_date(fields.get("pubDate", ""), zone),
        modified=moment(fields.get("wp:post_modified_gmt", ""), fields.get("wp:post_modified", ""), zone),
        categories=_terms(element, _CATEGORY),
        tags=_terms(element, _TAG),
        featured_image_id=number(meta.get("_thumbnail_id")),
        attachment_url=fields.get("wp:attachment_url", "").strip(),
        attachment_file=meta.get("_wp_attached_file", "").strip(),
        attachment_alt=meta.get("_wp_attachment_image_alt", "").strip(),
        comments_open=fields.get("wp:comment_status", "").strip() == "open",
        has_password=bool(fields.get("wp:post_password")),
        sticky=fields.get("wp:is_sticky", "").strip() == "1",
        parent_id=number(fields.get("wp:post_parent")),
    )


def _post_kind(word: str) -> PostKind:
    try:
        return PostKind(word)
    except ValueError:
        return PostKind.OTHER


def _meta(element: etree._Element) -> Fields:
    """Gives the post's meta values by key; the first one counts, as in WordPress."""
    values: Fields = {}
    for child in leaves(element):
        if name_of(child) == "wp:postmeta":
            pair = fields_of(child)
            values.setdefault(pair.get("wp:meta_key", ""), pair.get("wp:meta_value", ""))
    return values


def _terms(element: etree._Element, domains: frozenset[str]) -> tuple[Term, ...]:
    """Gives the post's terms of the named domains, each once; files of version 1.0 name each twice."""
    found = [child for child in leaves(element) if child.tag == "category"]
    terms = [
        Term(child.get("nicename", "").strip(), text_of(child).strip())
        for child in found
        if child.get("domain", "category") in domains
    ]
    slugged = {term.name for term in terms if term.slug}
    return tuple(dict.fromkeys(term for term in terms if term.slug or (term.name and term.name not in slugged)))
