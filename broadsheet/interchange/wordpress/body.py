"""Turns the HTML of a WordPress post into the paper's blocks: every word stays, in its order; nothing else comes along.

Knows the classic editor (empty lines between paragraphs), the block editor, and WordPress's own shortcodes.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from posixpath import basename
from urllib.parse import unquote, urlsplit

from lxml import etree

from broadsheet.interchange.wordpress import blocks, inner
from broadsheet.interchange.wordpress.addresses import picture_address, video_address
from broadsheet.interchange.wordpress.lines import BREAK, Line
from broadsheet.interchange.wordpress.shortcodes import EMBED, GALLERY, expand_shortcodes
from broadsheet.interchange.wordpress.tables import table_of
from broadsheet.interchange.wordpress.tree import body_tree, closed

_EMPTY_LINE = re.compile(r"\n[ \t\r\f]*\n\s*")
_LEADING_DASHES = re.compile(r"^[\s\u2014\u2013\u2015~-]+(?=\w)")
_TRAILING_DASHES = re.compile(r"[\s\u2014\u2013\u2015~-]+$")
_BLOCK_EDITOR = "<!-- wp:"
_WHITESPACE_IS_SOFT = frozenset({"p", "dt", "dd", "summary", "address"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset({*inner.INLINE, "a"})


def clean_body(html: str, *, base_url: str = "") -> list[blocks.Block]:
    """Gives the blocks of a body. With `base_url`, the post's own address, relative links are resolved; without, only
    those that begin at the root of the site stay links."""
    flow = _Flow(base_url, classic=_BLOCK_EDITOR not in html)
    flow.walk(body_tree(expand_shortcodes(html)))
    flow.end_paragraph()
    return flow.blocks


def plain_words(html: str) -> str:
    """Gives a comment, a title or an excerpt as plain text; a link's address stands behind its words."""
    tree = body_tree(html)
    for link in tree.iter("a"):
        address = link.get("href", "")
        words = "".join(str(text) for text in link.itertext())
        if address.startswith(("http:", "https:")) and address.rstrip("/") not in words:
            link.tail = f" ({address})" + (link.tail or "")
    return inner.words_of(tree, newlines=True).line.taken()


class _Flow:
    """One body being read from top to bottom."""

    def __init__(self, base_url: str, *, classic: bool) -> None:
        self.base_url = base_url
        self.classic = classic
        self.blocks: list[blocks.Block] = []
        self.line = Line()
        self.soft = 0
        self.figure_id: int | None = None
        self.figure_from: int | None = None

    def walk(self, element: etree._Element) -> None:
        """Reads an element's words and children in their order."""
        self._text(element.text)
        for child in element:
            self.visit(child)
            self._text(child.tail)

    def _text(self, text: str | None) -> None:
        if not text:
            return
        if self.soft and not self.classic:
            self.line.add(text)
            return
        for index, part in enumerate(_EMPTY_LINE.split(text)):
            if index:
                self.end_paragraph()
            self.line.add(part, newlines=True)

    def end_paragraph(self) -> None:
        """Makes a paragraph of the words since the last one."""
        markup = closed(self.line.taken()) if self.line.has_words else ""
        self.line.pending = 0
        if markup:
            self.blocks.append(blocks.Paragraph(markup))

    def _add(self, *found: blocks.Block) -> None:
        self.end_paragraph()
        self.blocks.extend(found)

    def visit(self, element: etree._Element) -> None:
        """Reads one element by what it is."""
        tag = str(element.tag)
        if tag in _INLINE:
            self._inline(element)
        elif tag in _HEADINGS:
            self._heading(element)
        elif tag in _VISITS:
            _VISITS[tag](self, element)
        else:
            self._section(element)

    def _section(self, element: etree._Element) -> None:
        soft = element.tag in _WHITESPACE_IS_SOFT
        self.end_paragraph()
        self.soft += soft
        self.walk(element)
        self.soft -= soft
        self.end_paragraph()

    def _inline(self, element: etree._Element) -> None:
        tag, attributes = inner.inline_tag(element, self.base_url)
        if not tag:
            self.walk(element)
            return
        self.line.open(tag, attributes)
        self.walk(element)
        self.line.close()

    def _break(self, _element: etree._Element) -> None:
        """Two breaks in a row are how paragraphs were made before there were editors."""
        if self.line.pending >= BREAK:
            self.end_paragraph()
        else:
            self.line.separate(BREAK)

    def _heading(self, element: etree._Element) -> None:
        found = inner.words_of(element)
        words = found.one_line
        self._add(*([blocks.Subhead(words)] if words else []), *found.aside)

    def _image(self, element: etree._Element) -> None:
        if letter := inner.drawn_letter(element):
            self.line.add(letter)
        elif found := inner.picture(element, self.base_url, self.figure_id):
            self._add(found)

    def _list(self, element: etree._Element) -> None:
        markup, aside = inner.listing(element, newlines=self.classic, base_url=self.base_url)
        found = closed(markup)
        self._add(*([blocks.Listing(found)] if found else []), *aside)

    def _quote(self, element: etree._Element) -> None:
        source = _attribution(element)
        found = inner.words_of(element, newlines=self.classic, skip=source)
        words = found.line.taken().strip()
        name = "" if source is None else _LEADING_DASHES.sub("", inner.words_of(source).one_line)
        words = _TRAILING_DASHES.sub("", words) if name else words
        if words:
            self._add(blocks.Quote(words, name), *found.aside)
        elif source is not None:
            self._section(source)
            self._add(*found.aside)
        else:
            self._add(*found.aside)

    def _preformatted(self, element: etree._Element) -> None:
        for line_break in element.iter("br"):
            line_break.tail = "\n" + (line_break.tail or "")
        text = "".join(str(words) for words in element.itertext()).strip("\n").rstrip()
        self._add(*([blocks.Preformatted(text)] if text.strip() else []))
        for image in element.iter("img"):
            self._image(image)

    def _table(self, element: etree._Element) -> None:
        found = table_of(element, newlines=self.classic)
        self.end_paragraph()
        if found.caption is not None:
            self._section(found.caption)
        if found.is_one_column:
            for cell in found.cells:
                self._section(cell)
        else:
            self._add(blocks.Table(found.rows, found.header), *found.aside)

    def _figure(self, element: etree._Element) -> None:
        self.end_paragraph()
        outer = self.figure_id, self.figure_from
        self.figure_id, self.figure_from = inner.attachment_of(element), len(self.blocks)
        self.walk(element)
        self.end_paragraph()
        self.figure_id, self.figure_from = outer

    def _caption(self, element: etree._Element) -> None:
        """Joins a caption to the picture just before it in the same figure; any other is a paragraph."""
        self.end_paragraph()
        last = self.blocks[-1] if self.figure_from is not None and len(self.blocks) > self.figure_from else None
        if not isinstance(last, blocks.Picture) or last.caption:
            self._section(element)
            return
        found = inner.words_of(element)
        self.blocks[-1] = replace(last, caption=found.one_line)
        self._add(*found.aside)

    def _frame(self, element: etree._Element) -> None:
        address = video_address(element.get("src"))
        if address is not None:
            self._add(blocks.Embed(address))
        if element.tag != "iframe":
            self.walk(element)

    def _object(self, element: etree._Element) -> None:
        """Reads the three ways in which old pages named one video, once; then the words they had for everybody else."""
        named = [
            element.get("data"),
            *(part.get("value") or part.get("src") for part in element.iter("param", "embed")),
        ]
        address = next(filter(None, map(video_address, named)), None)
        if address is not None:
            self._add(blocks.Embed(address))
        for part in element.iter("embed", "object"):
            part.attrib.clear()
        self.walk(element)

    def _recording(self, element: etree._Element) -> None:
        """Links to sound and film, for which the paper has no block."""
        sources = (part.get("src") for part in element.iter("audio", "video", "source"))
        address = next(filter(None, (picture_address(source, self.base_url) for source in sources)), "")
        if address:
            self.end_paragraph()
            link = etree.Element("a", href=address)
            link.text = unquote(basename(urlsplit(address).path)) or address
            self._inline(link)
            self.end_paragraph()
        self.walk(element)

    def _gallery(self, element: etree._Element) -> None:
        self._add(inner.gallery(element))
        self.walk(element)

    def _embed(self, element: etree._Element) -> None:
        address = video_address(element.get("class"))
        if address is not None:
            self._add(blocks.Embed(address))
        else:
            self.walk(element)


def _attribution(quote: etree._Element) -> etree._Element | None:
    """Finds the cite or footer a quotation ends with."""
    for source in [*quote.iter("footer"), *reversed(list(quote.iter("cite")))]:
        if not _has_words_behind(source, quote):
            return source
    return None


def _has_words_behind(element: etree._Element, within: etree._Element) -> bool:
    while element is not within:
        behind = [element.tail or "", *("".join(map(str, rest.itertext())) for rest in element.itersiblings())]
        if any(words.strip() for words in behind) or any(
            rest.tail and rest.tail.strip() for rest in element.itersiblings()
        ):
            return True
        parent = element.getparent()
        if parent is None:
            return False
        element = parent
    return False


_VISITS: dict[str, Callable[[_Flow, etree._Element], None]] = {
    "br": _Flow._break,
    "img": _Flow._image,
    "ul": _Flow._list,
    "ol": _Flow._list,
    "blockquote": _Flow._quote,
    "pre": _Flow._preformatted,
    "table": _Flow._table,
    "figure": _Flow._figure,
    "figcaption": _Flow._caption,
    "iframe": _Flow._frame,
    "embed": _Flow._frame,
    "param": _Flow.walk,
    "source": _Flow.walk,
    "object": _Flow._object,
    "audio": _Flow._recording,
    "video": _Flow._recording,
    "cite": _Flow.walk,
    GALLERY: _Flow._gallery,
    EMBED: _Flow._embed,
}
