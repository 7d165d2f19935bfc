"""Walks what stands inside one list item, cell, heading, caption or quote; pictures found there are set aside."""

import re

from lxml import etree

from broadsheet.interchange.wordpress.addresses import picture_address, safe_address, video_address
from broadsheet.interchange.wordpress.blocks import Block, Embed, Gallery, Picture
from broadsheet.interchange.wordpress.lines import BLANK, BREAK, SPACE, Line
from broadsheet.interchange.wordpress.shortcodes import EMBED, GALLERY

INLINE = {
    "b": "b",
    "strong": "b",
    "i": "i",
    "em": "i",
    "sup": "sup",
    "sub": "sub",
    "code": "code",
    "tt": "code",
    "kbd": "code",
    "samp": "code",
}
SILENT = frozenset({"iframe", "param", "embed", "video", "audio", "source"})
_SEPARATES = {"a": 0, "cite": 0, "td": SPACE, "th": SPACE, "tr": BREAK, "li": BREAK, "option": SPACE, "dd": BREAK}
_ID = re.compile(r"[0-9]{1,18}")
_PLACED = re.compile(r"wp-image-([0-9]{1,18})")
_DRAWN_LETTERS = ("wp-smiley", "emoji")


def words_of(element: etree._Element, *, newlines: bool = False, skip: etree._Element | None = None) -> "Inner":
    """Gives the plain words of an element, and what was set aside."""
    inner = Inner(plain=True, newlines=newlines, skip=skip)
    inner.walk(element)
    return inner


def listing(element: etree._Element, *, newlines: bool, base_url: str) -> tuple[str, list[Block]]:
    """Gives a list and everything nested in it as markup, and what was set aside."""
    inner = Inner(plain=False, newlines=newlines, base_url=base_url)
    return inner.list_markup(element), inner.aside


def drawn_letter(image: etree._Element) -> str:
    """Gives the text of a smiley or emoji that WordPress drew as an image, or nothing for a real picture."""
    classes = (image.get("class") or "").split()
    return image.get("alt", "") if any(name in classes for name in _DRAWN_LETTERS) else ""


def picture(image: etree._Element, base_url: str, attachment_id: int | None = None) -> Picture | None:
    """Gives the picture of an img, or None where it has no address or is a counting pixel."""
    source = picture_address(image.get("src"), base_url)
    if not source or "1" in (image.get("width"), image.get("height")):
        return None
    return Picture(source, " ".join(image.get("alt", "").split()), "", attachment_of(image) or attachment_id)


def attachment_of(element: etree._Element) -> int | None:
    """Reads the attachment's id from the class WordPress gives to the images it places."""
    placed = (_PLACED.fullmatch(name) for name in (element.get("class") or "").split())
    return next((int(match[1]) for match in placed if match), None)


def gallery(element: etree._Element) -> Gallery:
    """Gives the gallery a shortcode named by ids."""
    ids = (element.get("class") or "").split(",")
    return Gallery(tuple(int(number) for number in ids if _ID.fullmatch(number)))


class Inner:
    """One walk: its line of words and the blocks it had to set aside."""

    def __init__(self, *, plain: bool, newlines: bool, base_url: str = "", skip: etree._Element | None = None) -> None:
        self.line = Line(plain=plain)
        self.newlines = newlines
        self.base_url = base_url
        self.skip = skip
        self.aside: list[Block] = []

    @property
    def one_line(self) -> str:
        """The words in a single line."""
        return " ".join(self.line.taken().split())

    def walk(self, element: etree._Element) -> None:
        """Adds the words of an element's children."""
        self._text(element.text)
        for child in element:
            if child is not self.skip:
                self.visit(child)
            self._text(child.tail)

    def _text(self, text: str | None) -> None:
        if text:
            self.line.add(text, newlines=self.newlines)

    def visit(self, element: etree._Element) -> None:
        """Adds one element by what it is."""
        tag = element.tag
        if tag == "br":
            self.line.separate(BREAK)
        elif tag == "img":
            self._image(element)
        elif tag in SILENT:
            self._set_aside_video(element)
        elif tag == GALLERY:
            self.aside.append(gallery(element))
            self.walk(element)
        elif tag in {"ul", "ol"} and not self.line.plain:
            self.line.raw(self.list_markup(element))
        elif tag in INLINE or tag == "a":
            self._inline(element)
        else:
            self._block(element)

    def _image(self, element: etree._Element) -> None:
        if letter := drawn_letter(element):
            self.line.add(letter)
        elif found := picture(element, self.base_url):
            self.aside.append(found)

    def _set_aside_video(self, element: etree._Element) -> None:
        address = video_address(element.get("src") or element.get("value"))
        if address is not None and Embed(address) not in self.aside:
            self.aside.append(Embed(address))
        if element.tag != "iframe":
            self.walk(element)

    def _inline(self, element: etree._Element) -> None:
        tag, attributes = inline_tag(element, self.base_url)
        if not tag:
            self.walk(element)
            return
        self.line.open(tag, attributes)
        self.walk(element)
        self.line.close()

    def _block(self, element: etree._Element) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        separator = SPACE if tag == EMBED else _SEPARATES.get(tag, BLANK)
        newlines, self.newlines = self.newlines, self.newlines or tag == "pre"
        self.line.separate(separator)
        self.walk(element)
        self.line.separate(separator)
        self.newlines = newlines

    def list_markup(self, element: etree._Element) -> str:
        """Gives a list as markup; what stands in it outside an item becomes an item or joins the one before."""
        items: list[str] = []
        self._stray(element.text, items)
        for child in element:
            if child.tag in {"ul", "ol"} and items:
                items[-1] += self.list_markup(child)
            else:
                items.append(self._item(child))
            self._stray(child.tail, items)
        entries = "".join(f"<li>{item}</li>" for item in items if item)
        return f"<{element.tag}>{entries}</{element.tag}>" if entries else ""

    def _stray(self, text: str | None, items: list[str]) -> None:
        if text and text.strip():
            line = Line()
            line.add(text)
            items.append(line.taken())

    def _item(self, element: etree._Element) -> str:
        outer, self.line = self.line, Line()
        if element.tag == "li":
            self.walk(element)
        else:
            self.visit(element)
        markup, self.line = self.line.taken(), outer
        return markup


def inline_tag(element: etree._Element, base_url: str) -> tuple[str, str]:
    """Gives the tag to write for an inline element and its attributes; no tag where it is only unwrapped."""
    if element.tag != "a":
        return INLINE[str(element.tag)], ""
    address = safe_address(element.get("href"), base_url)
    if address is None:
        return "", ""
    quoted = address.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return "a", f' href="{quoted}"'
