"""The markup of the demo's articles, parsed into the blocks of the newsroom.

Blank lines separate blocks. The beginning of a line gives its kind: `## ` a subheading, `> ` a quote with its
`-- attribution`, `- ` a list, `| ` a table with its first row as header, `![photo] caption || alt` a photograph,
`!correction 2026-11-18: text` a correction; all other lines are paragraphs. Within a line there are *emphasis* and
[links](https://paper.example).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from broadsheet.demo.errors import CopyFault

_SUBHEAD, _QUOTE, _ATTRIBUTION, _ITEM, _ROW = "## ", "> ", "-- ", "- ", "|"
_PICTURE = re.compile(r"!\[(?P<photo>[\w-]+)\] (?P<caption>.+?)(?: \|\| (?P<alt>.+))?")
_CORRECTION = re.compile(r"!correction (?P<day>\d{4}-\d\d-\d\d): (?P<text>.+)")
_EMPHASIS = re.compile(r"(?<!\w)\*(\S(?:.*?\S)?)\*(?!\w)")
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")

Block = dict[str, Any]


@dataclass(frozen=True)
class Amendment:
    """A correction in the copy."""

    made_on: date
    text: str


@dataclass(frozen=True)
class Text:
    """The blocks of a text, with photographs by name, and its corrections."""

    blocks: tuple[Block, ...]
    corrections: tuple[Amendment, ...]

    @property
    def photos(self) -> list[str]:
        """The names of the photographs in the text."""
        return [block["value"]["photo"] for block in self.blocks if block["type"] == "picture"]

    def with_photos(self, keys: Mapping[str, int]) -> list[Block]:
        """Return the blocks with the primary key of each photograph in place of its name."""
        return [_with_photo(block, keys) if block["type"] == "picture" else block for block in self.blocks]


def read_text(body: str) -> Text:
    """Parse a text; raise CopyFault with the line that cannot be parsed."""
    pieces = [_read(chunk.splitlines()) for chunk in re.split(r"\n\s*\n", body.strip()) if chunk.strip()]
    corrections = [entry for piece in pieces if isinstance(piece, list) for entry in piece]
    return Text(tuple(piece for piece in pieces if isinstance(piece, dict)), tuple(corrections))


def inline(line: str) -> str:
    """Return a line as rich text with its emphasis and links; all other characters are escaped."""
    emphasised = _EMPHASIS.sub(r"<i>\1</i>", escape(line, quote=False))
    return _LINK.sub(lambda match: f'<a href="{_quoted(match[2])}">{match[1]}</a>', emphasised)


def _quoted(address: str) -> str:
    return address.replace('"', "&quot;")  # the other characters are escaped with the line


def _read(lines: list[str]) -> Block | list[Amendment]:
    first = lines[0]
    for mark, parse in _PARSERS.items():
        if first.startswith(mark):
            return parse(lines)
    if first.startswith(("!", "#", ">")):
        raise _unreadable(first)
    return {"type": "paragraph", "value": f"<p>{inline(' '.join(lines))}</p>"}


def _subhead(lines: list[str]) -> Block:
    if len(lines) > 1:
        raise _unreadable(lines[1])
    return {"type": "subhead", "value": lines[0].removeprefix(_SUBHEAD)}


def _quote(lines: list[str]) -> Block:
    quoted = [line.removeprefix(_QUOTE) for line in lines if line.startswith(_QUOTE)]
    by = [line.removeprefix(_ATTRIBUTION) for line in lines if line.startswith(_ATTRIBUTION)]
    if len(quoted) + len(by) < len(lines) or len(by) > 1:
        raise _unreadable(lines[-1])
    return {"type": "quote", "value": {"text": " ".join(quoted), "attribution": "".join(by)}}


def _listing(lines: list[str]) -> Block:
    items = "".join(f"<li>{inline(_after(line, _ITEM))}</li>" for line in lines)
    return {"type": "listing", "value": f"<ul>{items}</ul>"}


def _table(lines: list[str]) -> Block:
    rows = [[cell.strip() for cell in _after(line, _ROW).strip().strip("|").split("|")] for line in lines]
    if len({len(row) for row in rows}) != 1:
        raise _unreadable(lines[0])
    return {
        "type": "table",
        "value": {
            "data": rows,
            "first_row_is_table_header": True,
            "first_col_is_header": True,
            "table_header_choice": "both",
        },
    }


def _picture(lines: list[str]) -> Block:
    match = _PICTURE.fullmatch(lines[0])
    if match is None or len(lines) > 1:
        raise _unreadable(lines[-1])
    return {"type": "picture", "value": {**match.groupdict(), "alt": match["alt"] or ""}}


def _corrections(lines: list[str]) -> list[Amendment]:
    matches = [_CORRECTION.fullmatch(line) for line in lines]
    if None in matches:
        raise _unreadable(lines[0])
    return [Amendment(date.fromisoformat(match["day"]), match["text"]) for match in matches if match]


_PARSERS: dict[str, Callable[[list[str]], Block | list[Amendment]]] = {
    _SUBHEAD: _subhead,
    _QUOTE: _quote,
    _ITEM: _listing,
    _ROW: _table,
    "![": _picture,
    "!correction ": _corrections,
}


def _after(line: str, mark: str) -> str:
    if not line.startswith(mark):
        raise _unreadable(line)
    return line.removeprefix(mark)


def _with_photo(block: Block, keys: Mapping[str, int]) -> Block:
    value = block["value"]
    return {**block, "value": {**value, "photo": keys[value["photo"]]}}


def _unreadable(line: str) -> CopyFault:
    return CopyFault(f"“{line[:60]}” cannot be read. Separate it by blank lines, and see the markup in marks.py.")
