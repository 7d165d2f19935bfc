"""Turns the HTML of an article into blocks: all text stays, in its order; styles, scripts and forms do not."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from lxml import etree

from broadsheet.interchange import blocks
from broadsheet.interchange.html import inline, media
from broadsheet.interchange.html.cleaning import EMBED, MEDIA_KEY, TEXT_OF_IMAGE, publishable
from broadsheet.interchange.html.inline_text import BREAK, InlineText
from broadsheet.interchange.html.tables import parse_table
from broadsheet.interchange.links import safe_url

_EMPTY_LINE = re.compile(r"\n[ \t\r\f]*\n\s*")
_LEADING_DASHES = re.compile(r"^[\s\u2014\u2013\u2015~-]+(?=\w)")
_TRAILING_DASHES = re.compile(r"[\s\u2014\u2013\u2015~-]+$")
_COLLAPSES_WHITESPACE = frozenset({"p", "dt", "dd", "summary", "address"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset({*inline.INLINE, "a"})


def blocks_of(
    tree: etree._Element,
    losses: Counter[blocks.Loss],
    *,
    base_url: str = "",
    newlines: bool = False,
    notes: Sequence[blocks.Note] = (),
) -> list[blocks.Block]:
    """Return the blocks of a body that `parse_html` returned, and its footnotes after them.

    With `base_url`, the article's own address, relative links are resolved; without, only those that begin at the root
    of the site stay links. With `newlines`, newlines count inside paragraphs too: one is a line break, an empty line
    begins a new paragraph. `losses` counts what a browser would show and no block can.
    """
    reader = _BodyReader(inline.Reading(base_url, newlines, losses), notes)
    reader.walk(tree)
    reader.end_paragraph()
    return [*reader.blocks, *_footnotes(notes)]


def _footnotes(notes: Sequence[blocks.Note]) -> list[blocks.Block]:
    items = "".join(f'<li><a id="{note.anchor}"></a>{note.html}</li>' for note in notes)
    return [blocks.Listing(f"<ol>{items}</ol>")] if items else []


class _BodyReader:
    """A walk through one body from top to bottom."""

    def __init__(self, reading: inline.Reading, notes: Sequence[blocks.Note]) -> None:
        self.reading = reading
        self.anchors = {note.source_id: note.anchor for note in notes}
        self.blocks: list[blocks.Block] = []
        self.text = InlineText()
        self.collapsing = 0
        self.figure_key: str | None = None
        self.figure_start: int | None = None

    def walk(self, element: etree._Element) -> None:
        """Add the text and the children of an element in document order."""
        self._add_text(element.text)
        for child in element:
            self.visit(child)
            self._add_text(child.tail)

    def _add_text(self, text: str | None) -> None:
        if not text:
            return
        if self.collapsing and not self.reading.newlines:
            self.text.add(text)
            return
        for index, part in enumerate(_EMPTY_LINE.split(text)):
            if index:
                self.end_paragraph()
            self.text.add(part, newlines=True)

    def end_paragraph(self) -> None:
        """End the current paragraph, if it has any text."""
        markup = publishable(self.text.flush()) if self.text.has_words else ""
        self.text.separator = 0
        if markup:
            self.blocks.append(blocks.Paragraph(markup))

    def _append(self, *new: blocks.Block) -> None:
        self.end_paragraph()
        self.blocks.extend(new)

    def visit(self, element: etree._Element) -> None:
        """Add one element according to its tag."""
        tag = str(element.tag)
        if tag in _INLINE:
            self._inline(element)
        elif tag in _HEADINGS:
            self._heading(element)
        elif tag in media.MEDIA:
            self._media(element)
        elif tag in _HANDLERS:
            _HANDLERS[tag](self, element)
        else:
            self._section(element)

    def _section(self, element: etree._Element) -> None:
        collapses = element.tag in _COLLAPSES_WHITESPACE
        self.end_paragraph()
        self.collapsing += collapses
        self.walk(element)
        self.collapsing -= collapses
        self.end_paragraph()

    def _inline(self, element: etree._Element) -> None:
        tag, attributes = inline.inline_tag(element, self.reading.base_url, self.reading.losses)
        if anchor := self.anchors.get(element.get("data-fn") or ""):
            self._reference(element, anchor)
        elif not tag:
            self.walk(element)
        else:
            self.text.open(tag, attributes)
            self.walk(element)
            self.text.close()

    def _reference(self, element: etree._Element, anchor: str) -> None:
        """Add the number of a footnote as a link to it."""
        self.text.open("sup")
        self.text.open("a", media.href(f"#{anchor}"))
        self.text.add("".join(map(str, element.itertext())))
        self.text.close()
        self.text.close()

    def _break(self, _element: etree._Element) -> None:
        # Authors without a block editor end a paragraph with two line breaks.
        if self.text.separator >= BREAK:
            self.end_paragraph()
        else:
            self.text.separate(BREAK)

    def _heading(self, element: etree._Element) -> None:
        contents = self._inline_contents(element)
        text = contents.one_line
        self._append(*([blocks.Subhead(text)] if text else []), *contents.hoisted)

    def _inline_contents(self, element: etree._Element, *, newlines: bool = False) -> inline.InlineReader:
        return inline.inline_contents(element, replace(self.reading, newlines=newlines))

    def _image(self, element: etree._Element) -> None:
        if text := element.get(TEXT_OF_IMAGE):
            self.text.add(text)
        elif picture := media.picture(element, self.reading.base_url, self.reading.losses, self.figure_key):
            self._append(picture)

    def _list(self, element: etree._Element) -> None:
        self._append(*inline.list_blocks(element, self.reading))

    def _quote(self, element: etree._Element) -> None:
        source = _attribution(element)
        contents = inline.inline_contents(element, self.reading, skip=source)
        text = contents.text.flush().strip()
        hoisted = contents.hoisted
        name = ""
        if source is not None:
            attribution = self._inline_contents(source)
            name = _LEADING_DASHES.sub("", attribution.one_line)
            hoisted = [*hoisted, *(attribution.hoisted if text else [])]
        text = _TRAILING_DASHES.sub("", text) if name else text
        if text:
            self._append(blocks.Quote(text, name))
        elif source is not None:
            self._section(source)
        self._append(*hoisted)

    def _preformatted(self, element: etree._Element) -> None:
        hoisted = self._inline_contents(element).hoisted
        for line_break in element.iter("br"):
            line_break.tail = "\n" + (line_break.tail or "")
        for link in element.iter("a"):
            url = safe_url(link.get("href"), self.reading.base_url) or ""
            words = "".join(map(str, link.itertext()))
            if words.strip() and url.startswith(("http:", "https:")) and url.rstrip("/") not in words:
                link.tail = f" ({url})" + (link.tail or "")
        text = "".join(str(part) for part in element.itertext()).strip("\n").rstrip()
        hoisted = [block for block in hoisted if not (isinstance(block, blocks.Embed) and block.url in text)]
        self._append(*([blocks.Preformatted(text)] if text.strip() else []), *hoisted)

    def _table(self, element: etree._Element) -> None:
        table = parse_table(element, self.reading)
        self.end_paragraph()
        for caption in table.captions:
            self._section(caption)
        if table.is_one_column:
            for cell in table.cells:
                self._section(cell)
        else:
            self._append(blocks.Table(table.rows, table.header), *table.hoisted)

    def _figure(self, element: etree._Element) -> None:
        self.end_paragraph()
        outer = self.figure_key, self.figure_start
        self.figure_key, self.figure_start = element.get(MEDIA_KEY), len(self.blocks)
        self.walk(element)
        self.end_paragraph()
        self.figure_key, self.figure_start = outer

    def _caption(self, element: etree._Element) -> None:
        """Join a caption to the picture just before it in the same figure; otherwise make a paragraph of it."""
        self.end_paragraph()
        last = self.blocks[-1] if self.figure_start is not None and len(self.blocks) > self.figure_start else None
        if not isinstance(last, blocks.Picture) or last.caption:
            self._section(element)
            return
        contents = self._inline_contents(element)
        self.blocks[-1] = replace(last, caption=contents.one_line)
        self._append(*contents.hoisted)

    def _media(self, element: etree._Element) -> None:
        block = media.media_block(element, self.reading.base_url, self.reading.losses)
        self._append(*([block] if block is not None else []))
        if element.tag != EMBED or block is None:
            self.walk(element)


def _attribution(quote: etree._Element) -> etree._Element | None:
    """Return the cite or footer element at the end of a quotation."""
    for source in [*quote.iter("footer"), *reversed(list(quote.iter("cite")))]:
        if not _has_text_after(source, quote):
            return source
    return None


def _has_text_after(element: etree._Element, within: etree._Element) -> bool:
    while element is not within:
        following = list(element.itersiblings())
        texts = [element.tail or "", *("".join(map(str, sibling.itertext())) for sibling in following)]
        texts += [sibling.tail or "" for sibling in following]
        if any(text.strip() for text in texts):
            return True
        parent = element.getparent()
        if parent is None:
            return False
        element = parent
    return False


_HANDLERS: dict[str, Callable[[_BodyReader, etree._Element], None]] = {
    "br": _BodyReader._break,
    "img": _BodyReader._image,
    "ul": _BodyReader._list,
    "ol": _BodyReader._list,
    "blockquote": _BodyReader._quote,
    "pre": _BodyReader._preformatted,
    "table": _BodyReader._table,
    "figure": _BodyReader._figure,
    "figcaption": _BodyReader._caption,
    "param": _BodyReader.walk,
    "source": _BodyReader.walk,
    "cite": _BodyReader.walk,
}
