"""Turns the blocks of a cleaned body into what the paper's body field stores."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.utils.html import format_html

from broadsheet.interchange.wordpress.addresses import safe_address
from broadsheet.interchange.wordpress.blocks import (
    Block,
    Embed,
    Gallery,
    Listing,
    Paragraph,
    Picture,
    Preformatted,
    Quote,
    Subhead,
    Table,
)

Stored = dict[str, Any]
_KINDS: dict[type[Block], str] = {
    Paragraph: "paragraph",
    Listing: "listing",
    Subhead: "subhead",
    Quote: "quote",
    Preformatted: "preformatted",
    Embed: "embed",
    Table: "table",
}


@dataclass(frozen=True)
class Shown:
    """What a picture of the source has become: a photograph, or, without one, what can be said in its place."""

    photo: int | None
    url: str
    alt: str
    caption: str


Developed = Callable[[Picture | Gallery], Sequence[Shown]]


def stream_of(blocks: Sequence[Block], developed: Developed) -> list[Stored]:
    """The body as it is stored; `developed` says what has become of a picture or a gallery."""
    return [
        {"type": kind, "value": value, "id": str(uuid4())}
        for block in blocks
        for kind, value in _stored(block, developed)
    ]


def _stored(block: Block, developed: Developed) -> Iterator[tuple[str, Any]]:
    if isinstance(block, Picture | Gallery):
        yield from (_picture(shown) for shown in developed(block))
    else:
        yield _KINDS[type(block)], _value(block)


def _value(block: Block) -> Any:
    match block:
        case Paragraph(html):
            return f"<p>{html}</p>"
        case Listing(html):
            return html
        case Quote(text, attribution):
            return {"text": text, "attribution": attribution}
        case Embed(url):
            return {"url": url, "title": _film_at(url)}
        case Table(rows, header):
            return _table(rows, header=header)
        case Subhead(text) | Preformatted(text):
            return text


def _picture(shown: Shown) -> tuple[str, Any]:
    if shown.photo is not None:
        return "picture", {"photo": shown.photo, "caption": shown.caption, "alt": shown.alt}
    words = shown.caption or shown.alt or _file_name(shown.url)
    address = safe_address(shown.url) or ""
    if address.startswith(("http:", "https:")):
        return "paragraph", format_html('<p><a href="{}">{}</a></p>', address, words or address)
    return "paragraph", format_html("<p>{}</p>", words)


def _file_name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name or url


def _film_at(url: str) -> str:
    return "Film on YouTube" if "youtube" in url else "Film on Vimeo"


def _table(rows: Sequence[Sequence[str]], *, header: bool) -> Stored:
    return {
        "data": [list(row) for row in rows],
        "cell": [],
        "mergeCells": [],
        "first_row_is_table_header": header,
        "first_col_is_header": False,
        "table_header_choice": "row" if header else "neither",
        "table_caption": "",
    }
