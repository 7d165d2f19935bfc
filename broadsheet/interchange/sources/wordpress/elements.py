"""Turns the XML elements of a WXR file into records."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache

from lxml import etree

from broadsheet.interchange.sources.wordpress.wxr import (
    CommentApproval,
    CommentKind,
    Moment,
    PostKind,
    SiteHeader,
    WxrAuthor,
    WxrCategory,
    WxrComment,
    WxrPost,
    WxrTag,
    WxrTerm,
)

Fields = dict[str, str]

_NEVER_READ = frozenset({"wp:comment_author_IP", "wp:author_email"})
_SEPARATE_RECORDS = frozenset({"item", "wp:comment"})
_ID = re.compile(r"[0-9]{1,18}")
_YEARS = range(1500, 9999)
_FEED_YEARS = range(2000, 9999)
_RFC_822_DATE = re.compile(r"\s*[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4} ")
_CATEGORY = frozenset({"category"})
_TAG = frozenset({"post_tag", "tag"})
_CO_AUTHOR = frozenset({"author"})
_PRIMARY_CATEGORY = ("_yoast_wpseo_primary_category", "rank_math_primary_category", "_primary_term_category")
_NO_PASSWORDS = frozenset({"", "0"})  # "0" is empty in PHP, so that WordPress asks nobody for it
_RSS_FIELDS = frozenset({"title", "link", "pubDate", "guid", "description", "category", "item"})
_META_ELEMENTS = frozenset({"wp:postmeta", "wp:commentmeta"})
_WORDPRESS = re.compile(r"https?://(?:www\.)?wordpress\.(?:org|com)/export/[\d.]*/?(excerpt)?/?$", re.IGNORECASE)
_PREFIXES = {"http://purl.org/rss/1.0/modules/content/": "content", "http://purl.org/dc/elements/1.1/": "dc"}
_APPROVALS = {"1": "approved", "approved": "approved", "spam": "spam", "trash": "trash", "post-trashed": "trash"}


def name_of(element: etree._Element) -> str:
    """Return the name with the usual prefix, such as `wp:post_id`, for any version of the namespace or without it."""
    return _name(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(maxsize=1024)
def _name(tag: str) -> str:
    if not tag.startswith("{"):
        return tag
    uri, _, local = tag[1:].partition("}")
    return f"{_prefix(uri)}:{local}"


def _prefix(uri: str) -> str:
    if (ours := _WORDPRESS.match(uri)) is not None:
        return "excerpt" if ours[1] else "wp"
    return _PREFIXES.get(uri, "other")


def text_of(element: etree._Element) -> str:
    """Return the text of an element up to the first field nested in it; entities are resolved as in HTML."""
    if not len(element):
        return element.text or ""
    parts = [element.text or ""]
    for child in element:
        if _is_field(child):
            break
        parts.append(_resolved(child.text or "") if child.tag is etree.Entity else text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _is_field(element: etree._Element) -> bool:
    name = name_of(element)
    return ":" in name or name in _RSS_FIELDS


def _resolved(reference: str) -> str:
    character = html.unescape(reference)
    return "" if character == reference else character


def field_elements(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the fields among the children, and those nested in a field that was never closed."""
    for child in element:
        name = name_of(child)
        if not name or name in _SEPARATE_RECORDS:
            continue
        yield child
        if len(child) and name not in _META_ELEMENTS:
            yield from field_elements(child)


def fields_of(element: etree._Element) -> Fields:
    """Return the texts of the fields by name; of several with the same name, the first that is not empty."""
    fields: Fields = {}
    for child in field_elements(element):
        name = name_of(child)
        if name not in _NEVER_READ and not fields.get(name):
            fields[name] = _field_text(child, name)
    return fields


def _field_text(child: etree._Element, name: str) -> str:
    text = text_of(child)
    unclosed = any(_is_field(nested) for nested in child)
    return text.partition(f"</{name}>")[0] if unclosed else text


def identifier(text: str | None) -> int | None:
    """Return an id, or None for 0 and for text that is not a number."""
    digits = (text or "").strip()
    return int(digits) or None if _ID.fullmatch(digits) else None


def moment(gmt: str, local: str, zone: tzinfo) -> Moment | None:
    """Return the time from WordPress's two fields; `zone`, the site's, applies only where the UTC field is missing."""
    utc, wall = _parsed(gmt), _parsed(local)
    if utc is not None:
        at = utc.replace(tzinfo=UTC)
        return Moment(at, wall or at.astimezone(zone).replace(tzinfo=None))
    if wall is not None:
        return Moment(wall.replace(tzinfo=zone).astimezone(UTC), wall)
    return None


def _parsed(text: str) -> datetime | None:
    """Return the naive time of `2012-01-05 14:30:46`, or None."""
    # WordPress writes zeros for "never", and no paper is older than printing.
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return parsed if parsed.year in _YEARS and parsed.tzinfo is None else None


def _from_pub_date(text: str, zone: tzinfo) -> Moment | None:
    """Return the time of RSS's pubDate, the last resort, or None."""
    # WordPress writes 30 November of 1999 or of year -1 for "never".
    if not _RFC_822_DATE.match(text):
        return None
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    return Moment(at, at.astimezone(zone).replace(tzinfo=None)) if at.year in _FEED_YEARS else None


def header(channel: etree._Element) -> SiteHeader:
    """Return the header of the channel."""
    fields = {name_of(child): text_of(child) for child in channel if not len(child)}
    base = fields.get("wp:base_blog_url") or fields.get("wp:base_site_url") or fields.get("link", "")
    version = fields.get("wp:wxr_version", "").strip()
    return SiteHeader(
        title=fields.get("title", "").strip(),
        base_url=base.strip(),
        version=version if re.fullmatch(r"\d+(\.\d+)*", version) else "",
        language=fields.get("language", "").strip(),
    )


def is_wordpress(element: etree._Element | None) -> bool:
    """Return whether a channel or item has a field that only WordPress's exports have."""
    return element is not None and any(name_of(child).startswith("wp:") for child in element)


def post_id(item: etree._Element) -> int | None:
    """Return the id of an item, which may not be complete yet."""
    field = next((child for child in field_elements(item) if name_of(child) == "wp:post_id"), None)
    return None if field is None else identifier(text_of(field))


def author(element: etree._Element) -> WxrAuthor:
    """Return an author; the login serves as the name where there is no display name."""
    fields = fields_of(element)
    login = fields.get("wp:author_login", "").strip()
    return WxrAuthor(
        login=login,
        display_name=fields.get("wp:author_display_name", "").strip() or login,
        source_id=identifier(fields.get("wp:author_id")),
        first_name=fields.get("wp:author_first_name", "").strip(),
        last_name=fields.get("wp:author_last_name", "").strip(),
    )


def category(element: etree._Element) -> WxrCategory:
    """Return a category; the slug serves as the name where there is none."""
    fields = fields_of(element)
    slug = fields.get("wp:category_nicename", "").strip()
    return WxrCategory(
        slug=slug,
        name=fields.get("wp:cat_name", "").strip() or slug,
        parent=fields.get("wp:category_parent", "").strip(),
        source_id=identifier(fields.get("wp:term_id")),
        description=fields.get("wp:category_description", "").strip(),
    )


def tag(element: etree._Element) -> WxrTag:
    """Return a tag; the slug serves as the name where there is none."""
    fields = fields_of(element)
    slug = fields.get("wp:tag_slug", "").strip()
    return WxrTag(slug, fields.get("wp:tag_name", "").strip() or slug, identifier(fields.get("wp:term_id")))


def comment(element: etree._Element, post_id: int | None, zone: tzinfo) -> WxrComment:
    """Return a comment on the post of this id."""
    fields = fields_of(element)
    approval = _APPROVALS.get(fields.get("wp:comment_approved", "").strip(), "pending")
    return WxrComment(
        source_id=identifier(fields.get("wp:comment_id")),
        post_id=post_id,
        parent_id=identifier(fields.get("wp:comment_parent")),
        author_name=fields.get("wp:comment_author", "").strip(),
        author_url=fields.get("wp:comment_author_url", "").strip(),
        email=fields.get("wp:comment_author_email", "").strip(),
        written=moment(fields.get("wp:comment_date_gmt", ""), fields.get("wp:comment_date", ""), zone),
        body=fields.get("wp:comment_content", ""),
        approval=CommentApproval(approval),
        kind=_comment_kind(fields.get("wp:comment_type", "").strip()),
        user_id=identifier(fields.get("wp:comment_user_id")),
    )


def _comment_kind(text: str) -> CommentKind:
    try:
        return CommentKind(text or "comment")
    except ValueError:
        return CommentKind.OTHER


def post(element: etree._Element, zone: tzinfo) -> WxrPost:
    """Return the post of an item."""
    fields, meta = fields_of(element), _meta(element)
    source_kind = fields.get("wp:post_type", "").strip() or "post"
    published = moment(fields.get("wp:post_date_gmt", ""), fields.get("wp:post_date", ""), zone)
    return WxrPost(
        source_id=identifier(fields.get("wp:post_id")),
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
        published=published or _from_pub_date(fields.get("pubDate", ""), zone),
        modified=moment(fields.get("wp:post_modified_gmt", ""), fields.get("wp:post_modified", ""), zone),
        categories=_terms(element, _CATEGORY),
        tags=_terms(element, _TAG),
        featured_image_id=identifier(meta.get("_thumbnail_id")),
        attachment_url=fields.get("wp:attachment_url", "").strip(),
        attachment_file=meta.get("_wp_attached_file", "").strip(),
        attachment_alt=meta.get("_wp_attachment_image_alt", "").strip(),
        comments_open=fields.get("wp:comment_status", "").strip() == "open",
        has_password=fields.get("wp:post_password", "").strip() not in _NO_PASSWORDS,
        sticky=fields.get("wp:is_sticky", "").strip() == "1",
        parent_id=identifier(fields.get("wp:post_parent")),
        co_authors=_terms(element, _CO_AUTHOR),
        primary_category=next(filter(None, (identifier(meta.get(key)) for key in _PRIMARY_CATEGORY)), None),
        footnotes=meta.get("footnotes", "").strip(),
    )


def _post_kind(text: str) -> PostKind:
    try:
        return PostKind(text)
    except ValueError:
        return PostKind.OTHER


def _meta(element: etree._Element) -> Fields:
    """Return the post's meta values by key; of several with the same key the first, as in WordPress."""
    values: Fields = {}
    for child in field_elements(element):
        if name_of(child) == "wp:postmeta":
            pair = fields_of(child)
            values.setdefault(pair.get("wp:meta_key", ""), pair.get("wp:meta_value", ""))
    return values


def _terms(element: etree._Element, domains: frozenset[str]) -> tuple[WxrTerm, ...]:
    """Return the post's terms in these domains without repetition; files of version 1.0 repeat each."""
    categories = [child for child in field_elements(element) if child.tag == "category"]
    terms = [
        WxrTerm(child.get("nicename", "").strip(), text_of(child).strip())
        for child in categories
        if child.get("domain", "category") in domains
    ]
    slugged = {term.name for term in terms if term.slug}
    return tuple(dict.fromkeys(term for term in terms if term.slug or (term.name and term.name not in slugged)))
