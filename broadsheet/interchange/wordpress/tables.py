"""Reads an HTML table as rows of plain words, all of the same length."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from lxml import etree

from broadsheet.interchange.wordpress.blocks import Block
from broadsheet.interchange.wordpress.inner import words_of

WIDEST_CELL = 50
_NEWLINES = re.compile(r"\n\s*")


@dataclass(frozen=True, slots=True)
class ReadTable:
    """What a table holds; `cells` are its elements, for a table that only laid things out in one column."""

    rows: tuple[tuple[str, ...], ...]
    header: bool
    cells: list[etree._Element]
    caption: etree._Element | None
    aside: list[Block]

    @property
    def is_one_column(self) -> bool:
        """Whether the table says nothing that paragraphs would not."""
        return all(len(row) <= 1 for row in self.rows)


def table_of(table: etree._Element, *, newlines: bool) -> ReadTable:
    """Reads a table in the order of its document; one inside a cell is read as that cell's words."""
    aside: list[Block] = []
    rows, cells = [], []
    for row in _own_rows(table):
        own = [cell for cell in row if cell.tag in {"td", "th"}]
        cells += own
        rows.append([words for cell in own for words in _spanned(cell, aside, newlines=newlines)])
    first = next(_own_rows(table), None)
    filled = [row for row in rows if any(row)]
    header = first is not None and _heads(first) and filled[:1] == rows[:1]
    return ReadTable(_squared(filled), header, cells, table.find("caption"), aside)


def _own_rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from (row for row in child if row.tag == "tr")


def _spanned(cell: etree._Element, aside: list[Block], *, newlines: bool) -> list[str]:
    found = words_of(cell, newlines=newlines)
    aside += found.aside
    span = cell.get("colspan", "1")
    width = int(span) if span.isascii() and span.isdigit() and len(span) < len("100") else 1
    return [_NEWLINES.sub("\n", found.line.taken()), *[""] * (min(width, WIDEST_CELL) - 1)]


def _heads(row: etree._Element) -> bool:
    parent = row.getparent()
    in_head = parent is not None and parent.tag == "thead"
    return in_head or (len(row) > 0 and all(cell.tag == "th" for cell in row))


def _squared(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(zip(*zip_longest(*rows, fillvalue=""), strict=True))
