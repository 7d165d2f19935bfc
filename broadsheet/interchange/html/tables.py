"""Reads an HTML table as rows of plain text, all of the same length."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from lxml import etree

from broadsheet.interchange.blocks import Block
from broadsheet.interchange.html.inline import Reading, inline_contents

WIDEST_CELL = 50
_NEWLINES = re.compile(r"\n\s*")


@dataclass(frozen=True, slots=True)
class ParsedTable:
    """The rows of a table; `cells` are their elements, for a table of one column that served as layout."""

    rows: tuple[tuple[str, ...], ...]
    header: bool
    cells: list[etree._Element]
    captions: list[etree._Element]
    hoisted: list[Block]

    @property
    def is_one_column(self) -> bool:
        """Whether paragraphs would show the same."""
        return all(len(row) <= 1 for row in self.rows)


def parse_table(table: etree._Element, reading: Reading) -> ParsedTable:
    """Return the rows of a table in document order; a table nested in a cell is read as the text of that cell.

    A cell that spans several columns or rows stands in the first of them, and the others are empty.
    """
    elements = list(_own_rows(table))
    own = [[cell for cell in row if cell.tag in {"td", "th"}] for row in elements]
    cells = [cell for row in own for cell in row]
    captions = list(table.iterchildren("caption"))
    if all(len(row) <= 1 and _span(row[:1], "colspan") == 1 for row in own):
        return ParsedTable((), header=False, cells=cells, captions=captions, hoisted=[])
    hoisted: list[Block] = []
    rows = _grid(own, hoisted, reading)
    filled = [row for row in rows if any(row)]
    header = bool(elements) and _is_header(elements[0]) and filled[:1] == rows[:1]
    return ParsedTable(_padded(filled), header, cells, captions, hoisted)


def _grid(rows: list[list[etree._Element]], hoisted: list[Block], reading: Reading) -> list[list[str]]:
    """Return the texts of the rows; `covered` has the columns that cells of earlier rows still cover."""
    grid, covered = [], dict[int, int]()
    for place, cells in enumerate(rows):
        texts: list[str] = []
        below = {column: left - 1 for column, left in covered.items() if left > 1}
        for cell in cells:
            while len(texts) in covered:
                texts.append("")
            width, height = _span([cell], "colspan"), min(_span([cell], "rowspan"), len(rows) - place)
            if height > 1:
                below |= dict.fromkeys(range(len(texts), len(texts) + width), height - 1)
            texts += [_text(cell, hoisted, reading), *[""] * (width - 1)]
        grid.append(texts)
        covered = below
    return grid


def _text(cell: etree._Element, hoisted: list[Block], reading: Reading) -> str:
    contents = inline_contents(cell, reading)
    hoisted += contents.hoisted
    return _NEWLINES.sub("\n", contents.text.flush())


def _span(cells: list[etree._Element], attribute: str) -> int:
    """Return the number of columns or rows that the cell of a list of at most one spans, within reason."""
    text = cells[0].get(attribute, "1").strip() if cells else "1"
    span = int(text) if text.isascii() and text.isdigit() and len(text) < len("100") else 1
    return min(max(span, 1), WIDEST_CELL)


def _own_rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from (row for row in child if row.tag == "tr")


def _is_header(row: etree._Element) -> bool:
    parent = row.getparent()
    in_head = parent is not None and parent.tag == "thead"
    return in_head or (len(row) > 0 and all(cell.tag == "th" for cell in row))


def _padded(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(zip(*zip_longest(*rows, fillvalue=""), strict=True))
