"""Filters for headlines and decks, and tags for tables."""

from collections.abc import Collection, Sequence

from django import template
from django.template import Context
from django.utils.html import format_html

from broadsheet.core import typesetting

register = template.Library()
_Rows = Sequence[Sequence[str | None]]


@register.filter("nobreak")
def show_nobreak(words: object) -> str:
    """Return a headline or deck as HTML whose short compounds, and numbers with their unit, keep to one line."""
    return typesetting.nobreak(str(words or ""))


@register.simple_tag
def figure_columns(rows: _Rows, header: Sequence[str | None] | None, first_is_header: bool) -> set[int]:
    """Return the numbers of a table's columns of figures. A first column that names the rows is never one."""
    columns = typesetting.figure_columns([["" for _ in header], *rows] if header else rows)
    return columns - {0} if first_is_header else columns


@register.simple_tag(takes_context=True)
def cell_class(context: Context, figures: Collection[int], row: int, column: int, header: object = None) -> str:
    """Return the `class` of a cell: its alignment as the editor has set it, and `figure` in a column of figures."""
    place = (row + 1 if header is not None else row, column)
    names = [(context.get("classnames") or {}).get(place, "")]
    is_wide = (context.get("spans") or {}).get(place, {}).get("colspan", 1) > 1
    if column in figures and not is_wide:
        names.insert(0, "figure")
    classes = " ".join(filter(None, names))
    return format_html('class="{}"', classes) if classes else ""
