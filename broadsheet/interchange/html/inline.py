"""Reads the inline contents of a list item, cell, heading, caption or quotation; blocks inside it are hoisted out."""

from lxml import etree

from broadsheet.interchange.blocks import Block, Embed, Gallery, Picture
from broadsheet.interchange.html.cleaning import EMBED, GALLERY, MEDIA_KEY, TEXT_OF_IMAGE
from broadsheet.interchange.html.inline_text import BLANK, BREAK, SPACE, InlineText
from broadsheet.interchange.links import image_url, safe_url, video_url

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
EMBEDDED = frozenset({"iframe", "param", "embed", "video", "audio", "source"})
_SEPARATORS = {"a": 0, "cite": 0, "td": SPACE, "th": SPACE, "tr": BREAK, "li": BREAK, "option": SPACE, "dd": BREAK}


def inline_contents(
    element: etree._Element, *, newlines: bool = False, skip: etree._Element | None = None
) -> "InlineReader":
    """Return a reader that has read an element as plain text; the contents of `skip` are left out."""
    reader = InlineReader(plain=True, newlines=newlines, skip=skip)
    reader.walk(element)
    return reader


def list_contents(element: etree._Element, *, newlines: bool, base_url: str) -> tuple[str, list[Block]]:
    """Return a list with its nested lists as markup, and the blocks that were hoisted out of it."""
    reader = InlineReader(plain=False, newlines=newlines, base_url=base_url)
    return reader.list_markup(element), reader.hoisted


def picture(image: etree._Element, base_url: str, media_key: str | None = None) -> Picture | None:
    """Return the picture of an img element, or None where it has no URL or is a tracking pixel."""
    url = image_url(image.get("src"), base_url)
    if not url or "1" in (image.get("width"), image.get("height")):
        return None
    return Picture(url, " ".join(image.get("alt", "").split()), "", image.get(MEDIA_KEY) or media_key)


def gallery(element: etree._Element) -> Gallery:
    """Return the gallery of a placeholder element."""
    return Gallery(tuple(key for key in (element.get("class") or "").split(",") if key))


class InlineReader:
    """A walk through one element: the text so far, and the blocks that were hoisted out of it."""

    def __init__(self, *, plain: bool, newlines: bool, base_url: str = "", skip: etree._Element | None = None) -> None:
        self.text = InlineText(plain=plain)
        self.newlines = newlines
        self.base_url = base_url
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
        elif tag in EMBEDDED:
            self._hoist_video(element)
        elif tag == GALLERY:
            self.hoisted.append(gallery(element))
            self.walk(element)
        elif tag in {"ul", "ol"} and not self.text.plain:
            self.text.add_markup(self.list_markup(element))
        elif tag in INLINE or tag == "a":
            self._inline(element)
        else:
            self._block(element)

    def _image(self, element: etree._Element) -> None:
        if text := element.get(TEXT_OF_IMAGE):
            self.text.add(text)
        elif found := picture(element, self.base_url):
            self.hoisted.append(found)

    def _hoist_video(self, element: etree._Element) -> None:
        url = video_url(element.get("src") or element.get("value"))
        if url is not None and Embed(url) not in self.hoisted:
            self.hoisted.append(Embed(url))
        if element.tag != "iframe":
            self.walk(element)

    def _inline(self, element: etree._Element) -> None:
        tag, attributes = inline_tag(element, self.base_url)
        if not tag:
            self.walk(element)
            return
        self.text.open(tag, attributes)
        self.walk(element)
        self.text.close()

    def _block(self, element: etree._Element) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        separator = SPACE if tag == EMBED else _SEPARATORS.get(tag, BLANK)
        newlines, self.newlines = self.newlines, self.newlines or tag == "pre"
        self.text.separate(separator)
        self.walk(element)
        self.text.separate(separator)
        self.newlines = newlines

    def list_markup(self, element: etree._Element) -> str:
        """Return a list as markup; contents outside of its items become items or join the item before."""
        items: list[str] = []
        self._add_text_item(element.text, items)
        for child in element:
            if child.tag in {"ul", "ol"} and items:
                items[-1] += self.list_markup(child)
            else:
                items.append(self._item(child))
            self._add_text_item(child.tail, items)
        entries = "".join(f"<li>{item}</li>" for item in items if item)
        return f"<{element.tag}>{entries}</{element.tag}>" if entries else ""

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


def inline_tag(element: etree._Element, base_url: str) -> tuple[str, str]:
    """Return the tag of an inline element in the paper's markup, and its attributes; an empty tag unwraps it."""
    if element.tag != "a":
        return INLINE[str(element.tag)], ""
    url = safe_url(element.get("href"), base_url)
    if url is None:
        return "", ""
    quoted = url.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return "a", f' href="{quoted}"'
