"""Turns blocks into the JSON that the StreamField of an article stores."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.utils.html import format_html

from broadsheet.interchange.blocks import (
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
from broadsheet.interchange.links import safe_url

StoredBlock = dict[str, Any]
_BLOCK_TYPES: dict[type[Block], str] = {
    Paragraph: "paragraph",
    Listing: "listing",
    Subhead: "subhead",
    Quote: "quote",
    Preformatted: "preformatted",
    Embed: "embed",
    Table: "table",
}


@dataclass(frozen=True)
class ImportedPicture:
    """A picture as the paper shows it; where `photo_id` is None its file is missing, and a link takes its place."""

    photo_id: int | None
    url: str
    alt: str
    caption: str
    path: str = ""  # of the file in the media folder; empty where it is missing


PictureImporter = Callable[[Picture | Gallery], Sequence[ImportedPicture]]


def stream_data(blocks: Sequence[Block], import_pictures: PictureImporter) -> list[StoredBlock]:
    """Return the data of the StreamField; `import_pictures` returns the pictures of a picture or gallery block."""
    return [
        {"type": block_type, "value": value, "id": str(uuid4())}
        for block in blocks
        for block_type, value in _stored(block, import_pictures)
    ]


def _stored(block: Block, import_pictures: PictureImporter) -> Iterator[tuple[str, Any]]:
    if isinstance(block, Picture | Gallery):
        yield from map(picture_block, import_pictures(block))
    else:
        yield _BLOCK_TYPES[type(block)], _value(block)


def _value(block: Block) -> Any:
    match block:
        case Paragraph(html):
            return f"<p>{html}</p>"
        case Listing(html):
            return html
        case Quote(text, attribution):
            return {"text": text, "attribution": attribution}
        case Embed(url):
            return {"url": url, "title": _video_title(url)}
        case Table(rows, header):
            return _table(rows, header=header)
        case Subhead(text) | Preformatted(text):
            return text


def picture_block(picture: ImportedPicture) -> tuple[str, Any]:
    """Return the type and value of the block of a picture, or of the paragraph with a link that takes its place."""
    if picture.photo_id is not None:
        return "picture", {"photo": picture.photo_id, "caption": picture.caption, "alt": picture.alt}
    text = picture.caption or picture.alt or _file_name(picture.url)
    url = safe_url(picture.url) or ""
    if url.startswith(("http:", "https:")):
        return "paragraph", format_html('<p><a href="{}">{}</a></p>', url, text or url)
    return "paragraph", format_html("<p>{}</p>", text)


def _file_name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name or url


def _video_title(url: str) -> str:
    return "Film on YouTube" if "youtube" in url else "Film on Vimeo"


def _table(rows: Sequence[Sequence[str]], *, header: bool) -> StoredBlock:
    return {
        "data": [list(row) for row in rows],
        "cell": [],
        "mergeCells": [],
        "first_row_is_table_header": header,
        "first_col_is_header": False,
        "table_header_choice": "row" if header else "neither",
        "table_caption": "",
    }
