"""The small marks that the demo's articles are written in, turned into the blocks that editors know.

A blank line parts one block from the next. What begins a line decides what it is: `## ` a subhead, `> ` a quote with
its `-- attribution`, `- ` a list, `| ` a table with its first row as header, `![photo] caption || alt` a photograph,
`!correction 2026-11-18: text` a correction, and everything else a paragraph. Within a line there are *emphasis* and
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
    """A correction as the copy gives it."""

    made_on: date
    text: str


@dataclass(frozen=True)
class Text:
    """A body in blocks, in which photographs still go by their names, and its corrections."""

    blocks: tuple[Block, ...]
    corrections: tuple[Amendment, ...]

    @property
    def photos(self) -> list[str]:
        """The names of the photographs within the text."""
        return [block["value"]["photo"] for block in self.blocks if block["type"] == "picture"]

    def with_photos(self, numbers: Mapping[str, int]) -> list[Block]:
        """The blocks as the newsroom stores them, with each photograph's number in place of its name."""
        return [_numbered(block, numbers) if block["type"] == "picture" else block for block in self.blocks]


def read_text(body: str) -> Text:
    """Reads a whole body; raises CopyFault with the words at which it cannot go on."""
    pieces = [_read(chunk.splitlines()) for chunk in re.split(r"\n\s*\n", body.strip()) if chunk.strip()]
    corrections = [entry for piece in pieces if isinstance(piece, list) for entry in piece]
    return Text(tuple(piece for piece in pieces if isinstance(piece, dict)), tuple(corrections))


def inline(line: str) -> str:
    """Emphasis and links as the newsroom's rich text has them; everything else is text and stays text."""
    emphasised = _EMPHASIS.sub(r"<i>\1</i>", escape(line, quote=False))
    return _LINK.sub(lambda found: f'<a href="{_quoted(found[2])}">{found[1]}</a>', emphasised)


def _quoted(address: str) -> str:
    """The rest of it has been escaped with its line."""
    return address.replace('"', "&quot;")


def _read(lines: list[str]) -> Block | list[Amendment]:
    first = lines[0]
    for mark, read in _READERS.items():
        if first.startswith(mark):
            return read(lines)
    if first.startswith(("!", "#", ">")):
        raise _stuck(first)
    return {"type": "paragraph", "value": f"<p>{inline(' '.join(lines))}</p>"}


def _subhead(lines: list[str]) -> Block:
    if len(lines) > 1:
        raise _stuck(lines[1])
    return {"type": "subhead", "value": lines[0].removeprefix(_SUBHEAD)}


def _quote(lines: list[str]) -> Block:
    said = [line.removeprefix(_QUOTE) for line in lines if line.startswith(_QUOTE)]
    by = [line.removeprefix(_ATTRIBUTION) for line in lines if line.startswith(_ATTRIBUTION)]
    if len(said) + len(by) < len(lines) or len(by) > 1:
        raise _stuck(lines[-1])
    return {"type": "quote", "value": {"text": " ".join(said), "attribution": "".join(by)}}


def _listing(lines: list[str]) -> Block:
    items = "".join(f"<li>{inline(_marked(line, _ITEM))}</li>" for line in lines)
    return {"type": "listing", "value": f"<ul>{items}</ul>"}


def _table(lines: list[str]) -> Block:
    rows = [[cell.strip() for cell in _marked(line, _ROW).strip().strip("|").split("|")] for line in lines]
    if len({len(row) for row in rows}) != 1:
        raise _stuck(lines[0])
    return {"type": "table", "value": {"data": rows, "first_row_is_table_header": True, "first_col_is_header": True}}


def _picture(lines: list[str]) -> Block:
    found = _PICTURE.fullmatch(lines[0])
    if found is None or len(lines) > 1:
        raise _stuck(lines[-1])
    return {"type": "picture", "value": {**found.groupdict(), "alt": found["alt"] or ""}}


def _corrections(lines: list[str]) -> list[Amendment]:
    found = [_CORRECTION.fullmatch(line) for line in lines]
    if None in found:
        raise _stuck(lines[0])
    return [Amendment(date.fromisoformat(entry["day"]), entry["text"]) for entry in found if entry]


_READERS: dict[str, Callable[[list[str]], Block | list[Amendment]]] = {
    _SUBHEAD: _subhead,
    _QUOTE: _quote,
    _ITEM: _listing,
    _ROW: _table,
    "![": _picture,
    "!correction ": _corrections,
}


def _marked(line: str, mark: str) -> str:
    if not line.startswith(mark):
        raise _stuck(line)
    return line.removeprefix(mark)


def _numbered(block: Block, numbers: Mapping[str, int]) -> Block:
    value = block["value"]
    return {**block, "value": {**value, "photo": numbers[value["photo"]]}}


def _stuck(line: str) -> CopyFault:
    return CopyFault(
        f"“{line[:60]}” cannot be read: part it from its neighbours by blank lines, and see the marks in marks.py."
    )
