"""Records of WXR, WordPress's export format, in WordPress's own terms.

IP addresses of commenters and email addresses of authors have no field: the paper never reads them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PostKind(StrEnum):
    """The type of an item; OTHER covers menus, revisions and the types that plugins add."""

    POST = "post"
    PAGE = "page"
    ATTACHMENT = "attachment"
    OTHER = "other"


class CommentApproval(StrEnum):
    """The approval of a comment; a value that WordPress does not define counts as PENDING."""

    APPROVED = "approved"
    PENDING = "pending"
    SPAM = "spam"
    TRASH = "trash"


class CommentKind(StrEnum):
    """Whether a reader wrote the comment or another site's server sent it."""

    COMMENT = "comment"
    PINGBACK = "pingback"
    TRACKBACK = "trackback"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SiteHeader:
    """The exported site; `version` is empty where the file does not give it."""

    title: str
    base_url: str
    version: str
    language: str


@dataclass(frozen=True, slots=True)
class WxrAuthor:
    """An author, to whom posts refer by `login`."""

    login: str
    display_name: str
    source_id: int | None = None
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True)
class WxrCategory:
    """A category; `parent` is the slug of its parent, or empty."""

    slug: str
    name: str
    parent: str = ""
    source_id: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class WxrTag:
    """A tag."""

    slug: str
    name: str
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class WxrTerm:
    """A category or tag as a post refers to it; `slug` may be empty in files of version 1.0."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: `at` is aware and in UTC; `wall_clock` is naive and in the site's own zone, as the permalink has it."""

    at: datetime
    wall_clock: datetime


@dataclass(frozen=True, slots=True)
class WxrPost:
    """A post, page, attachment or other item; its comments follow it as records of their own.

    `co_authors` is the byline that a plugin keeps instead of the author, `primary_category` the id of the category
    that the author chose among several, and `footnotes` the JSON that the block editor stores.

    `published` is None for an item that never had a date. `status` is WordPress's own: publish, future, draft, pending,
    private, inherit or trash. The `attachment_…` fields are filled for attachments; `attachment_file` is the path
    beneath the uploads folder.
    """

    source_id: int | None
    kind: PostKind
    source_kind: str
    status: str
    title: str
    slug: str
    link: str
    guid: str
    body: str
    excerpt: str
    author_login: str
    published: Moment | None
    modified: Moment | None
    categories: tuple[WxrTerm, ...]
    tags: tuple[WxrTerm, ...]
    featured_image_id: int | None
    attachment_url: str
    attachment_file: str
    attachment_alt: str
    comments_open: bool
    has_password: bool
    sticky: bool
    parent_id: int | None
    co_authors: tuple[WxrTerm, ...] = ()
    primary_category: int | None = None
    footnotes: str = ""


@dataclass(frozen=True, slots=True)
class WxrComment:
    """A comment on the post that was yielded last; the email address is kept out of the `repr`."""

    source_id: int | None
    post_id: int | None
    parent_id: int | None
    author_name: str
    author_url: str
    email: str = field(repr=False)
    written: Moment | None
    body: str
    approval: CommentApproval
    kind: CommentKind
    user_id: int | None


WxrRecord = SiteHeader | WxrAuthor | WxrCategory | WxrTag | WxrPost | WxrComment
