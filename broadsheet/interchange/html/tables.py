"""Reads an HTML table as rows of plain text, all of the same length."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from lxml import etree

from broadsheet.interchange.blocks import Block
from broadsheet.interchange.html.inline import inline_contents

WIDEST_CELL = 50
_NEWLINES = re.compile(r"\n\s*")


@dataclass(frozen=True, slots=True)
class ParsedTable:
    """The rows of a table; `cells` are their elements, for a table of one column that served as layout."""

    rows: tuple[tuple[str, ...], ...]
    header: bool
    cells: list[etree._Element]
    caption: etree._Element | None
    hoisted: list[Block]

    @property
    def is_one_column(self) -> bool:
        """Whether paragraphs would show the same."""
        return all(len(row) <= 1 for row in self.rows)


def parse_table(table: etree._Element, *, newlines: bool) -> ParsedTable:
    """Return the rows of a table in document order; a table nested in a cell is read as the text of that cell."""
    hoisted: list[Block] = []
    rows, cells = [], []
    for row in _own_rows(table):
        own = [cell for cell in row if cell.tag in {"td", "th"}]
        cells += own
        rows.append([text for cell in own for text in _columns(cell, hoisted, newlines=newlines)])
    first = next(_own_rows(table), None)
    filled = [row for row in rows if any(row)]
    header = first is not None and _is_header(first) and filled[:1] == rows[:1]
    return ParsedTable(_padded(filled), header, cells, table.find("caption"), hoisted)


def _own_rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from (row for row in child if row.tag == "tr")


def _columns(cell: etree._Element, hoisted: list[Block], *, newlines: bool) -> list[str]:
    contents = inline_contents(cell, newlines=newlines)
    hoisted += contents.hoisted
    span = cell.get("colspan", "1")
    width = int(span) if span.isascii() and span.isdigit() and len(span) < len("100") else 1
    return [_NEWLINES.sub("\n", contents.text.flush()), *[""] * (min(width, WIDEST_CELL) - 1)]


def _is_header(row: etree._Element) -> bool:
    parent = row.getparent()
    in_head = parent is not None and parent.tag == "thead"
    return in_head or (len(row) > 0 and all(cell.tag == "th" for cell in row))


def _padded(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(zip(*zip_longest(*rows, fillvalue=""), strict=True))
