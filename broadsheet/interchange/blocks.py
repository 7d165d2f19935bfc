"""Blocks of an article's body. The `html` of a block is limited to a few tags; every other field is plain text."""

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
    """A quotation with its attribution; paragraphs are separated by an empty line."""

    text: str
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """An ol or ul element with its nested lists; inline HTML as in a paragraph."""

    html: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, known by its URL, by the key of its MediaRecord, or by both."""

    source_url: str
    alt: str = ""
    caption: str = ""
    media_key: str | None = None


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures named by the keys of their MediaRecords; no keys mean all files that belong to the article."""

    media_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length; `header` is true where the first row heads the columns."""

    rows: tuple[tuple[str, ...], ...]
    header: bool = False


@dataclass(frozen=True, slots=True)
class Embed:
    """A video on YouTube or Vimeo, by the URL of its page."""

    url: str


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Text whose spaces and line breaks are significant."""

    text: str


Block = Paragraph | Subhead | Quote | Listing | Picture | Gallery | Table | Embed | Preformatted
