"""Reads the inline contents of a list item, cell, heading, caption or quotation; blocks inside it are hoisted out."""

from collections import Counter
from dataclasses import dataclass

from lxml import etree

from broadsheet.interchange.blocks import Block, Listing, Loss, Paragraph
from broadsheet.interchange.html.cleaning import TEXT_OF_IMAGE, publishable
from broadsheet.interchange.html.inline_text import BLANK, BREAK, SPACE, InlineText
from broadsheet.interchange.html.media import MEDIA, count_link_of_picture, href, media_block, picture
from broadsheet.interchange.html.numbering import numbers_of
from broadsheet.interchange.html.tags import EMBED, HAS_ADDRESS
from broadsheet.interchange.links import safe_url

INLINE = {
    "b": "b",
    "strong": "b",
    "i": "i",
    "em": "i",
    "s": "s",
    "sup": "sup",
    "sub": "sub",
    "code": "code",
    "tt": "code",
    "kbd": "code",
    "samp": "code",
}
_SEPARATORS = {"a": 0, "cite": 0, "td": SPACE, "th": SPACE, "tr": BREAK, "li": BREAK, "option": SPACE, "dd": BREAK}
_SEPARATORS |= {"param": 0, "source": 0, EMBED: SPACE}
# Plain text keeps the sense of these elements in signs: 10^6 and not 106.
_RAISED = {"sup": "^", "sub": "_"}
_STRUCK = "~~"


@dataclass(frozen=True)
class Reading:
    """How a body is read: its own address, whether newlines are line breaks, and the count of its losses."""

    base_url: str
    newlines: bool
    losses: Counter[Loss]


def inline_contents(element: etree._Element, reading: Reading, *, skip: etree._Element | None = None) -> "InlineReader":
    """Return a reader that has read an element as plain text; the contents of `skip` are left out."""
    reader = InlineReader(reading, plain=True, skip=skip)
    reader.walk(element)
    return reader


def list_blocks(element: etree._Element, reading: Reading) -> list[Block]:
    """Return a list with its nested lists, and the blocks that were hoisted out of it.

    A list of which the paper's own would show other numbers becomes a paragraph with a line for each item.
    """
    reader = InlineReader(reading, plain=False)
    markup = publishable(reader.list_markup(element))
    if numbers_of(element) and next(element.iterdescendants("ul", "ol"), None) is None:
        lines = markup.removeprefix("<ul>").removesuffix("</ul>").replace("</li><li>", "<br>")
        markup = lines.removeprefix("<li>").removesuffix("</li>")
        return [*([Paragraph(markup)] if markup else []), *reader.hoisted]
    return [*([Listing(markup)] if markup else []), *reader.hoisted]


class InlineReader:
    """A walk through one element: the text so far, and the blocks that were hoisted out of it."""

    def __init__(self, reading: Reading, *, plain: bool, skip: etree._Element | None = None) -> None:
        self.base_url, self.newlines, self.losses = reading.base_url, reading.newlines, reading.losses
        self.text = InlineText(plain=plain)
        self.skip = skip
        self.hoisted: list[Block] = []

    @property
    def one_line(self) -> str:
        """The text so far in a single line; it is flushed."""
        return " ".join(self.text.flush().split())

    def walk(self, element: etree._Element) -> None:
        """Add the text and the children of an element in document order."""
        self._add(element.text)
        for child in element:
            if child is not self.skip:
                self.visit(child)
            self._add(child.tail)

    def _add(self, text: str | None) -> None:
        if text:
            self.text.add(text, newlines=self.newlines)

    def visit(self, element: etree._Element) -> None:
        """Add one element according to its tag."""
        tag = element.tag
        if tag == "br":
            self.text.separate(BREAK)
        elif tag == "img":
            self._image(element)
        elif tag in MEDIA:
            self._hoist(element)
        elif tag in {"ul", "ol"} and not self.text.plain:
            self.text.add_markup(self.list_markup(element))
        elif tag in INLINE or tag == "a":
            self._inline(element)
        else:
            self._block(element)

    def _image(self, element: etree._Element) -> None:
        if text := element.get(TEXT_OF_IMAGE):
            self.text.add(text)
        elif found := picture(element, self.base_url, self.losses):
            self.hoisted.append(found)

    def _hoist(self, element: etree._Element) -> None:
        block = media_block(element, self.base_url, self.losses)
        if block is not None and block not in self.hoisted:
            self.hoisted.append(block)
        if element.tag != EMBED:
            self._block(element)

    def _inline(self, element: etree._Element) -> None:
        tag, attributes = inline_tag(element, self.base_url, self.losses)
        if not tag:
            self.walk(element)
        elif self.text.plain:
            self._plain(element, tag)
        else:
            self.text.open(tag, attributes)
            self.walk(element)
            self.text.close()

    def _plain(self, element: etree._Element, tag: str) -> None:
        words = "".join(map(str, element.itertext())).strip()
        sign = _STRUCK if tag == "s" and words else ""
        if self.text.is_within_word and words and not words.isalpha():
            sign = _RAISED.get(tag, sign)
        self.text.add(sign)
        self.walk(element)
        self.text.add(sign if tag == "s" else "")
        if tag == "a" and words:
            self._address(element, words)

    def _address(self, element: etree._Element, words: str) -> None:
        """Add the address of a link in brackets, unless its words name it."""
        url = safe_url(element.get("href"), self.base_url) or ""
        if not url.startswith(("http:", "https:")):
            self.losses[Loss.LINKS] += 1
        elif url.rstrip("/") not in words:
            self.text.add(f" ({url})")

    def _block(self, element: etree._Element) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        separator = _SEPARATORS.get(tag, BLANK)
        newlines, self.newlines = self.newlines, self.newlines or tag == "pre"
        self.text.separate(separator)
        self.walk(element)
        self.text.separate(separator)
        self.newlines = newlines

    def list_markup(self, element: etree._Element) -> str:
        """Return a list as markup; contents outside of its items become items or join the item before.

        The items of a list of other numbers begin with them.
        """
        items: list[str] = []
        numbers = numbers_of(element)
        self._add_text_item(element.text, items)
        for child in element:
            if child.tag in {"ul", "ol"} and items:
                items[-1] += self.list_markup(child)
            elif item := self._item(child):
                items.append(f"{numbers[child]}. {item}" if child in numbers else item)
            self._add_text_item(child.tail, items)
        entries = "".join(f"<li>{item}</li>" for item in items)
        tag = "ul" if numbers else element.tag
        return f"<{tag}>{entries}</{tag}>" if entries else ""

    def _add_text_item(self, text: str | None, items: list[str]) -> None:
        if text and text.strip():
            item = InlineText()
            item.add(text)
            items.append(item.flush())

    def _item(self, element: etree._Element) -> str:
        outer, self.text = self.text, InlineText()
        if element.tag == "li":
            self.walk(element)
        else:
            self.visit(element)
        markup, self.text = self.text.flush(), outer
        return markup


def inline_tag(element: etree._Element, base_url: str, losses: Counter[Loss]) -> tuple[str, str]:
    """Return the tag of an inline element in the paper's markup, and its attributes; an empty tag unwraps it.

    A link with words that can lead nowhere, or with a picture alone, is counted.
    """
    if element.tag != "a":
        return INLINE[str(element.tag)], ""
    url = safe_url(element.get("href"), base_url)
    if url is not None:
        count_link_of_picture(element, losses)
        return "a", href(url)
    if element.get(HAS_ADDRESS) is not None and "".join(map(str, element.itertext())).strip():
        within = element.get("href", "").lstrip().startswith("#")
        losses[Loss.LINKS_WITHIN if within else Loss.LINKS] += 1
    return "", ""
