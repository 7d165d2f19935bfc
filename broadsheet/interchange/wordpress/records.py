"""What a WordPress export contains, as plain frozen records in the order in which they are met.

Left out on purpose: IP addresses of commenters and e-mail addresses of authors, which the paper has no use for and
therefore never reads.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PostKind(StrEnum):
    """What an item of the export is; OTHER covers menus, revisions and the types of plugins."""

    POST = "post"
    PAGE = "page"
    ATTACHMENT = "attachment"
    OTHER = "other"


class CommentApproval(StrEnum):
    """Where a comment stood in WordPress; what is not plainly approved counts as pending."""

    APPROVED = "approved"
    PENDING = "pending"
    SPAM = "spam"
    TRASH = "trash"


class CommentKind(StrEnum):
    """Whether a reader wrote it or another site's machine did."""

    COMMENT = "comment"
    PINGBACK = "pingback"
    TRACKBACK = "trackback"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ExportHeader:
    """The site the export was made of; `version` is empty where the file does not say."""

    title: str
    base_url: str
    version: str
    language: str


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """Somebody who wrote for the site, known to the posts by `login`."""

    login: str
    display_name: str
    source_id: int | None = None
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True)
class CategoryRecord:
    """A category; `parent` is the slug of the one above it, or empty."""

    slug: str
    name: str
    parent: str = ""
    source_id: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A tag."""

    slug: str
    name: str
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A category or tag as a post names it; `slug` may be empty in files of version 1.0."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the export tells it.

    `at` is aware and in UTC. `wall_clock` is what the site's own clock showed, naive as the file has it: the address
    of the article was made from it.
    """

    at: datetime
    wall_clock: datetime


@dataclass(frozen=True, slots=True)
class PostRecord:
    """A post, page, attachment or other item, without its comments, which follow it one by one.

    `published` is None for what never had a date. `status` is WordPress's word: publish, future, draft, pending,
    private, inherit, trash. The `attachment_…` fields are filled for attachments; `attachment_file` is the path
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
    categories: tuple[Term, ...]
    tags: tuple[Term, ...]
    featured_image_id: int | None
    attachment_url: str
    attachment_file: str
    attachment_alt: str
    comments_open: bool
    has_password: bool
    sticky: bool
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment on the post met last before it; the address is kept out of every printed form."""

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


Record = ExportHeader | AuthorRecord | CategoryRecord | TagRecord | PostRecord | CommentRecord
