"""Typesetting of plain words: pieces of a headline that no line may break, and columns of figures in a table."""

import re
from collections.abc import Iterator, Sequence

from django.utils.html import format_html, format_html_join

# Units and counting words that stay on the line of their number: "3 km", "5 Mio. €", "17 per cent", "6 pm", "18 Uhr".
_UNITS = (
    r"%|‰|°\s?[CF]|°|per cent|percent|Prozent|[kcm]?m[²³]?|km/h|mph|ha|kg|mg|g|t|l|hl|ml|"
    r"[kMGT]?Wh?|[kMG]?V|[kMG]?Hz|[kMGT]B|dB|hPa|kcal|min|h|s|ft|lb|oz|"
    r"million|billion|trillion|thousand|mn?|bn|tn|Mio\.?|Mrd\.?|Millionen|Milliarden|Tausend|Tsd\.?|"
    r"[ap]\.\s?m\.|[ap]m|Uhr|o’clock|pp|Punkte|points|"
)
_CURRENCIES = (
    r"[A-Z]{0,3}[$€£¥₹₺₽₩₪₫₴₦¢]|EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK|HUF|kr\.?|Fr\.|Euro|euros?|dollars?|pounds?"
)
_UNIT = rf"(?:{_UNITS.rstrip('|')}|{_CURRENCIES})(?!\w)"
_NUMBER = r"\d+(?:[.,:/’'×x\-‐–−]\d+)*(?:(?:\s\d{3})+(?!\w))?"
_WITH_UNITS = rf"(?:\s?{_UNIT}){{1,2}}"
_BEFORE_NUMBER = rf"(?:§§?|No\.|Nr\.|Art\.|{_CURRENCIES})\s"
_LONGEST = 12  # characters of a compound that a narrow column can hold in one line
_SHORT = 2  # characters of a part that looks lost at the end or the beginning of a line
_FIGURES = (
    rf"(?:{_BEFORE_NUMBER})?(?:(?<![\w\-‐–.,/])[-−+])?(?<![\w‐–.,/])(?<!\w-){_NUMBER}(?:{_WITH_UNITS}|(?![\w\-‐]))"
)
_COMPOUND = r"(?<![\w\-‐–])\w+(?:[-‐]\w+)+(?![\w\-‐])"
_PIECES = re.compile(rf"{_FIGURES}|{_COMPOUND}")
_BREAKS = re.compile(r"[\s\-‐–−/×]")

_SIGN = r"[+\-‐–−±~≈<>≤≥]?\s?"
_FIGURE = re.compile(
    rf"\(?(?!\d{{1,2}}([./])\d{{1,2}}\1\d\d){_SIGN}(?:(?:{_CURRENCIES})\s?)?{_SIGN}"
    rf"(?:(?:\d+(?:[.,:’'\s]\d+)*|[.,]\d+)\s?[½⅓⅔¼¾⅛]?|[½⅓⅔¼¾⅛])"
    rf"(?:{_WITH_UNITS})?\)?\s?[*†‡¹²³⁴⁵⁶⁷⁸⁹]*"
)
_NOTHING = {"", "-", "‐", "–", "—", "−", "…", "...", ".", "*", "/", "x", "n/a", "N/A", "k. A.", "k.A.", "n. a."}


def nobreak(words: str) -> str:
    """Return the words as HTML in which short compounds and numbers with their unit keep to one line.

    "E-Mail", "3–2" and "17 per cent" stand in an element of the class `nobreak`. The characters stay the same, so that
    whoever copies or searches the words finds what was written.
    """
    return format_html_join("", "{}", ((part,) for part in _parts(words)))


def _parts(words: str) -> Iterator[str]:
    """Yield the words in pieces, those that keep to one line as elements."""
    end = 0
    for found in _PIECES.finditer(words):
        yield words[end : found.start()]
        piece = found.group()
        yield format_html('<span class="nobreak">{}</span>', piece) if _keeps(piece) else piece
        end = found.end()
    yield words[end:]


def _keeps(piece: str) -> bool:
    """Whether a piece could break and should not: figures always, a compound if it is short and so is a part of it."""
    if not _BREAKS.search(piece):
        return False
    if re.fullmatch(_FIGURES, piece):
        return True
    return len(piece) <= _LONGEST and any(len(part) <= _SHORT or part.isdigit() for part in re.split(r"[-‐]", piece))


def is_figure(cell: str | None) -> bool:
    """Whether a cell holds a figure: "1,240", "−3.5 %", "€ 12", "(7)", "5 Mio.*"."""
    return _FIGURE.fullmatch((cell or "").strip()) is not None


def figure_columns(rows: Sequence[Sequence[str | None]]) -> set[int]:
    """Return the numbers of the columns of figures: none of their cells has words, and one at least has a figure.

    Empty cells and dashes count as neither. Without a row of headings, words in the first row are taken for headings.
    """
    return {column for column in range(max(map(len, rows), default=0)) if _is_of_figures(column, rows)}


def _is_of_figures(column: int, rows: Sequence[Sequence[str | None]]) -> bool:
    cells = [(row[column] or "").strip() if column < len(row) else "" for row in rows]
    below = [is_figure(cell) for cell in cells[1:] if cell not in _NOTHING]
    return all(below) and (is_figure(cells[0]) or len(below) > 1 or (bool(below) and cells[0] in _NOTHING))
