"""Records of articles, comments, authors, sections and media, in the shape that every source system yields.

A source (`sources/<system>/`) reads its own format and yields these records; `loading` takes them into the paper and
knows no source. IP addresses of commenters and email addresses of authors have no field: the paper never reads them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Protocol

from broadsheet.interchange.blocks import Block, Loss

Progress = Callable[[int, int], object]  # the bytes read so far, the bytes in all


class PublicationStatus(StrEnum):
    """Where an article or page stood in the source."""

    PUBLISHED = "published"
    SCHEDULED = "scheduled"
    DRAFT = "draft"
    TRASHED = "trashed"


class CommentStatus(StrEnum):
    """Where a comment stood in the source; a status that the source does not define counts as PENDING."""

    APPROVED = "approved"
    PENDING = "pending"
    SPAM = "spam"
    TRASHED = "trashed"


class CommentKind(StrEnum):
    """Whether a reader wrote a comment, another site's server sent it, or a plugin stored it for its own purposes."""

    READER = "reader"
    PINGBACK = "pingback"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """The site that was exported; it comes before all other records."""

    title: str
    base_url: str


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """An author, to whom articles refer by `key`."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class SectionRecord:
    """A section, to which articles refer by `key`; the description is plain text."""

    key: str
    name: str
    description: str = ""


class RecordKind(StrEnum):
    """The kind of the record that an old address led to; the import log calls them the same."""

    AUTHOR = "author"
    SECTION = "section"
    TAG = "tag"
    ARTICLE = "article"
    PAGE = "page"
    PICTURE = "picture"


class AddressScheme(StrEnum):
    """The way in which an address of the old site named its content."""

    SECTION = "section"
    SECTION_ID = "section-id"
    TAG = "tag"
    AUTHOR = "author"
    AUTHOR_ID = "author-id"
    ITEM = "item"
    FILE = "file"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class AddressRecord:
    """An address of the old site, and the records to which it leads, the best first, each as kind and key.

    The key is a slug or an id of the old site, the path of a file beneath its media folder, or a whole path.
    """

    scheme: AddressScheme
    key: str
    targets: tuple[tuple[RecordKind, str], ...]


@dataclass(frozen=True, slots=True)
class OldLink:
    """An address of the old site that a reader asks for, as its own rules read it.

    `keys` are candidates, the best first. `scheme` is None for the front page, its further pages and feeds (no keys),
    and for the archive of a year, month or day (one key, such as `2012/05/28`). `feed` is "rss", "atom" or empty.
    """

    scheme: AddressScheme | None
    keys: tuple[str, ...] = ()
    feed: str = ""
    is_further_page: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A section or tag as an article refers to it; `name` serves where no SectionRecord has the key."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """A page outside the flow of news, such as "About".

    `key` is the identifier in the source. Title, opening and deck are plain text; `opening` is the beginning of the
    body and is filled only where the title is empty. `slugs` are candidates, the best first. `blocks` parses the body
    and counts what it leaves out: it is called once, and only for a record that is new to the paper. Times are aware.
    `old_paths` are the paths, with their query, at which readers found the page on the old site; `wall_clock` is the
    naive time of publication that the old site showed.
    """

    key: str
    status: PublicationStatus
    title: str
    slugs: tuple[str, ...]
    blocks: Callable[[Counter[Loss]], Sequence[Block]]
    opening: str = ""
    deck: str = ""
    published_at: datetime | None = None
    wall_clock: datetime | None = None
    updated_at: datetime | None = None
    old_paths: tuple[str, ...] = ()
    has_parent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRecord(PageRecord):
    """An article; `author_keys` are in the order of the byline, `lead_media_key` names a MediaRecord."""

    author_keys: tuple[str, ...] = ()
    section: Term | None = None
    tags: tuple[Term, ...] = ()
    lead_media_key: str | None = None
    comments_open: bool = False


@dataclass(frozen=True, slots=True)
class MediaRecord:
    """An uploaded file.

    `paths` are the places beneath the media folder where the file may lie, the best first. `article_key` is the article
    or page that it was uploaded to, and `position` its place among the files of that article. All texts are plain.
    """

    key: str | None
    url: str
    paths: tuple[str, ...] = ()
    title: str = ""
    caption: str = ""
    alt: str = ""
    article_key: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class OtherRecord:
    """An item with no counterpart in a paper, such as a menu; it is counted, and comments may follow it."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRecord:
    """A comment on the article, page or item that the source yielded last before it.

    The text is plain and whole; it is empty where `kind` is not READER. The email address is kept out of the `repr`.
    """

    key: str
    parent_key: str | None
    kind: CommentKind
    status: CommentStatus
    name: str
    website: str
    email: str = field(repr=False)
    text: str
    written_at: datetime | None


Commentable = ArticleRecord | PageRecord | MediaRecord | OtherRecord
Record = SiteRecord | AuthorRecord | SectionRecord | AddressRecord | Commentable | CommentRecord


class Export(Protocol):
    """An export of another system. Each source implements this protocol.

    Both iterators raise NotAnExport where the file cannot be read, after yielding the records before that place.
    """

    system: str  # the name of the system, as a sentence has it

    def media(self, progress: Progress) -> Iterator[MediaRecord]:
        """Yield the uploaded files that the export names, wherever in the export they stand."""

    def records(self, zone: tzinfo, progress: Progress) -> Iterator[Record]:
        """Yield the site, then authors and sections, then articles and pages, each followed by its comments.

        Addresses may stand anywhere after the site; those of articles and pages themselves are their `old_paths`.

        `zone` is the site's time zone, used for local times whose UTC counterpart is missing.
        """

    def media_paths(self, url: str) -> Sequence[str]:
        """Return the places beneath the media folder where the file at a URL may lie, the best first."""
