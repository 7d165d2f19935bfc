"""The blocks a cleaned body consists of. The `html` of a block is closed to a few tags; every other field is text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Inline HTML: a, b, i, br, sup, sub, code."""

    html: str


@dataclass(frozen=True, slots=True)
class Subhead:
    """A heading inside the article, whatever its level was."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of somebody else; paragraphs are separated by an empty line."""

    text: str
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One ol or ul with everything nested in it; inline HTML as in a paragraph."""

    html: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, known by its address, by the id of its attachment, or by both."""

    source_url: str
    alt: str = ""
    caption: str = ""
    attachment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures named only by the ids of their attachments; none means all that are attached to the post."""

    attachment_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length; `header` says that the first row heads the columns."""

    rows: tuple[tuple[str, ...], ...]
    header: bool = False


@dataclass(frozen=True, slots=True)
class Embed:
    """A video at YouTube or Vimeo, by the address of its page."""

    url: str


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Text whose spaces and lines matter."""

    text: str


Block = Paragraph | Subhead | Quote | Listing | Picture | Gallery | Table | Embed | Preformatted
