"""A WordPress export as neutral records: posts become articles, the first category of a post its section."""

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from broadsheet.interchange.blocks import Block, Loss
from broadsheet.interchange.records import (
    ArticleRecord,
    AuthorRecord,
    CommentKind,
    CommentRecord,
    CommentStatus,
    MediaRecord,
    OtherRecord,
    PageRecord,
    Progress,
    PublicationStatus,
    Record,
    SectionRecord,
    SiteRecord,
    Term,
)
from broadsheet.interchange.sources.wordpress import addresses, wxr
from broadsheet.interchange.sources.wordpress.body import parse_body, plain_text
from broadsheet.interchange.sources.wordpress.reader import read_export

_STATUSES = {
    "publish": PublicationStatus.PUBLISHED,
    "future": PublicationStatus.SCHEDULED,
    "trash": PublicationStatus.TRASHED,
    "auto-draft": PublicationStatus.TRASHED,
}
_COMMENT_STATUSES = {
    wxr.CommentApproval.APPROVED: CommentStatus.APPROVED,
    wxr.CommentApproval.PENDING: CommentStatus.PENDING,
    wxr.CommentApproval.SPAM: CommentStatus.SPAM,
    wxr.CommentApproval.TRASH: CommentStatus.TRASHED,
}
_COMMENT_KINDS = {
    wxr.CommentKind.COMMENT: CommentKind.READER,
    wxr.CommentKind.PINGBACK: CommentKind.PINGBACK,
    wxr.CommentKind.TRACKBACK: CommentKind.PINGBACK,
    wxr.CommentKind.OTHER: CommentKind.OTHER,
}
_NUMBER_PARAMETERS = {wxr.PostKind.POST: "p", wxr.PostKind.PAGE: "page_id"}


class WordPressExport:
    """A WXR file; implements the protocol `Export`."""

    system = "WordPress"

    def __init__(self, file: Path) -> None:
        self.file = file

    def media(self, progress: Progress) -> Iterator[MediaRecord]:
        """Yield the attachments."""
        for record in read_export(self.file, progress=progress):
            if isinstance(record, wxr.WxrPost) and record.kind == wxr.PostKind.ATTACHMENT:
                yield _media(record)

    def records(self, zone: tzinfo = UTC, progress: Progress | None = None) -> Iterator[Record]:
        """Yield the site, its authors and categories, then posts, pages and other items with their comments."""
        site = _Site()
        for record in read_export(self.file, zone=zone, progress=progress):
            match record:
                case wxr.WxrComment():
                    yield _comment(record)
                case wxr.WxrPost():
                    yield from site.guests(record)
                    yield _item(record, site)
                    yield from addresses.of_post(record, site.base_path)
                case wxr.SiteHeader():
                    site.base_path = urlsplit(record.base_url).path.rstrip("/")
                    yield SiteRecord(record.title, record.base_url)
                case wxr.WxrAuthor():
                    yield site.author(record.login, html.unescape(record.display_name))
                    yield from addresses.of_author(record)
                case wxr.WxrCategory():
                    site.categories[record.source_id] = record.slug
                    yield SectionRecord(record.slug, html.unescape(record.name), plain_text(record.description))
                    yield from addresses.of_category(record)
                case wxr.WxrTag():
                    yield from addresses.of_tag(record)

    def media_paths(self, url: str) -> Sequence[str]:
        """Return the path of the original beneath the uploads folder, and the path of the copy that the URL names."""
        path = addresses.beneath_uploads(unquote(urlsplit(url).path))
        return (addresses.SIZE_SUFFIX.sub("", path), path)


@dataclass
class _Site:
    """The parts of the export so far to which later posts refer."""

    base_path: str = ""
    authors: dict[str, str] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)
    categories: dict[int | None, str] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)

    def author(self, login: str, name: str) -> AuthorRecord:
        """Return the record of an author, who is found by login and by name from now on."""
        self.authors[login] = name
        self.logins.setdefault(name.casefold(), login)
        return AuthorRecord(login, name)

    def guests(self, post: wxr.WxrPost) -> Iterator[AuthorRecord]:
        """Yield the authors of a post who have no account on the old site and were not yielded before."""
        for term in post.co_authors:
            if self.login_of(term) not in self.authors:
                yield self.author(self.login_of(term), html.unescape(term.name) or term.slug)

    def login_of(self, term: wxr.WxrTerm) -> str:
        """Return the key of the author whom a term of the plugin Co-Authors Plus or PublishPress names."""
        login = unquote(term.slug).removeprefix("cap-")
        if login in self.authors:
            return login
        name = html.unescape(term.name)
        return name if name in self.authors else self.logins.get(name.casefold(), f"guest:{login or name}")

    def section(self, post: wxr.WxrPost) -> wxr.WxrTerm | None:
        """Return the category that the author chose as the first, or else the first of the file."""
        chosen = self.categories.get(post.primary_category) if post.primary_category else None
        by_choice = (term for term in post.categories if chosen is not None and term.slug == chosen)
        return next(by_choice, next(iter(post.categories), None))

    def key(self, post: wxr.WxrPost) -> str:
        """Return the key of a post; a second post with the id of another has a key of its own."""
        key = _post_key(post)
        fields = hash((post.guid, post.link, post.title, post.body))
        if self.posts.setdefault(key, fields) == fields:
            return key
        return _digest("\0".join((key, post.guid, post.link, post.title)))


def _item(post: wxr.WxrPost, site: _Site) -> ArticleRecord | PageRecord | MediaRecord | OtherRecord:
    match post.kind:
        case wxr.PostKind.POST:
            return _article(post, site)
        case wxr.PostKind.PAGE:
            return PageRecord(**_page_fields(post, site), has_parent=post.parent_id is not None)
        case wxr.PostKind.ATTACHMENT:
            return _media(post)
        case wxr.PostKind.OTHER:
            return OtherRecord(_post_key(post))


def _article(post: wxr.WxrPost, site: _Site) -> ArticleRecord:
    section = site.section(post)
    others = [term for term in post.categories if term != section]
    authors = tuple(dict.fromkeys(map(site.login_of, post.co_authors))) or (post.author_login,)
    return ArticleRecord(
        **_page_fields(post, site),
        author_keys=tuple(filter(None, authors)),
        section=None if section is None else _term(section),
        tags=tuple(dict.fromkeys(map(_term, (*post.tags, *others)))),
        lead_media_key=_key(post.featured_image_id),
        comments_open=post.comments_open,
    )


def _page_fields(post: wxr.WxrPost, site: _Site) -> dict[str, Any]:
    title = plain_text(post.title)
    return {
        "key": site.key(post),
        "status": _status(post),
        "title": title,
        "opening": "" if title.strip() else plain_text(post.body),
        "slugs": _slugs(post),
        "deck": plain_text(post.excerpt),
        "blocks": partial(_blocks, post),
        "published_at": post.published.at if post.published else None,
        "wall_clock": post.published.wall_clock if post.published else None,
        "updated_at": post.modified.at if post.modified else None,
        "old_paths": _old_paths(post, site.base_path),
    }


def _blocks(post: wxr.WxrPost, losses: Counter[Loss]) -> list[Block]:
    return parse_body(post.body, base_url=post.link, losses=losses, footnotes=post.footnotes)


def _status(post: wxr.WxrPost) -> PublicationStatus:
    status = _STATUSES.get(post.status, PublicationStatus.DRAFT)
    hidden = status == PublicationStatus.PUBLISHED and post.has_password
    return PublicationStatus.DRAFT if hidden else status


def _slugs(post: wxr.WxrPost) -> tuple[str, ...]:
    return (html.unescape(post.slug), html.unescape(post.title), f"post-{post.source_id or 'untitled'}")


def _old_paths(post: wxr.WxrPost, base_path: str) -> tuple[str, ...]:
    """Return the path of the permalink, and the path with the number of the post, which always works."""
    link = urlsplit(post.link)
    # A query names the post where the site has no permalinks, or where the post has none yet.
    permalinks = [link.path] if link.path.rstrip("/") not in {"", base_path} and not link.query else []
    parameter = _NUMBER_PARAMETERS[post.kind]
    return (*permalinks, *([f"{base_path}/?{parameter}={post.source_id}"] if post.source_id else []))


def _term(term: wxr.WxrTerm) -> Term:
    name = html.unescape(term.name)
    return Term(term.slug or name, name)


def _media(post: wxr.WxrPost) -> MediaRecord:
    url = post.attachment_url or post.guid
    return MediaRecord(
        key=_key(post.source_id),
        url=url,
        paths=addresses.media_paths(post),
        title=plain_text(post.title),
        caption=plain_text(post.excerpt),
        alt=plain_text(post.attachment_alt),
        article_key=_key(post.parent_id),
        position=post.source_id,
    )


def _comment(comment: wxr.WxrComment) -> CommentRecord:
    kind = _COMMENT_KINDS[comment.kind]
    return CommentRecord(
        key=_comment_key(comment),
        parent_key=_key(comment.parent_id),
        kind=kind,
        status=_COMMENT_STATUSES[comment.approval],
        name=html.unescape(comment.author_name),
        website=comment.author_url,
        email=comment.email,
        text=plain_text(comment.body) if kind == CommentKind.READER else "",
        written_at=comment.written.at if comment.written else None,
    )


def _key(source_id: int | None) -> str | None:
    return None if source_id is None else str(source_id)


def _post_key(post: wxr.WxrPost) -> str:
    """Return the id of a post, or in a file without ids a digest of fields that tell it from other posts."""
    if post.source_id is not None:
        return str(post.source_id)
    return _digest(post.guid or post.link or f"{post.title}\0{post.published}\0{post.body}")


def _comment_key(comment: wxr.WxrComment) -> str:
    if comment.source_id is not None:
        return str(comment.source_id)
    return _digest("\0".join(map(str, (comment.post_id, comment.author_name, comment.written, comment.body))))


def _digest(text: str) -> str:
    return f"digest:{sha256(text.encode()).hexdigest()}"
