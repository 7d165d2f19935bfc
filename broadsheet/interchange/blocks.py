"""Blocks of an article's body. The `html` of a block is limited to a few tags; every other field is plain text."""

from dataclasses import dataclass
from enum import StrEnum


class Loss(StrEnum):
    """A visible part of a body that the paper cannot show; each value has the singular and the plural."""

    SCRIPTS = "script, with all that it drew|scripts, with all that they drew"
    FORM_FIELDS = "field of a form|fields of forms"
    DRAWINGS = "drawing, whose words stand in the text|drawings, whose words stand in the text"
    FORMULAS = "formula, whose signs stand in a row in the text|formulas, whose signs stand in a row in the text"
    PICTURES = "picture without an address|pictures without an address"
    LINKS_WITHIN = "link within its own page|links within their own page"
    LINKS = "link with an address that the paper does not take|links with an address that the paper does not take"
    LINKS_OF_PICTURES = "link on a picture|links on pictures"
    FRAMES = (
        "frame or document of another site, which became a link|frames or documents of other sites, which became links"
    )
    MARKUP = (
        "text nested too deeply, which lost its links and pictures"
        "|texts nested too deeply, which lost their links and pictures"
    )


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: its name in the source, its name in the paper's text, and its inline HTML as in a paragraph."""

    source_id: str
    anchor: str
    html: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Inline HTML: a, b, i, s, br, sup, sub, code."""

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
