"""Reads pictures, galleries, videos, recordings and frames, each of which becomes a block or a link."""

import re
from collections import Counter
from posixpath import basename
from urllib.parse import unquote, urlsplit

from lxml import etree

from broadsheet.interchange.blocks import Block, Embed, Gallery, Loss, Paragraph, Picture
from broadsheet.interchange.html.cleaning import MEDIA_KEY
from broadsheet.interchange.html.inline_text import InlineText
from broadsheet.interchange.html.tags import EMBED, GALLERY
from broadsheet.interchange.links import image_url, safe_url, video_url

MEDIA = frozenset({"iframe", "embed", "object", "audio", "video", GALLERY, EMBED})
_INVISIBLE_SIZES = {"0", "1", "0px", "1px"}
_NAMES_OF_FILES = {"movie", "src", "url", "filename", "data"}
_SIZE_SUFFIX = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w+$)")


def picture(
    image: etree._Element, base_url: str, losses: Counter[Loss], media_key: str | None = None
) -> Picture | None:
    """Return the picture of an img element, or None for a tracking pixel and, counted, for one without a URL."""
    if not _INVISIBLE_SIZES.isdisjoint((image.get("width"), image.get("height"))):
        return None
    url = image_url(image.get("src"), base_url)
    if not url:
        losses[Loss.PICTURES] += 1
        return None
    return Picture(url, " ".join(image.get("alt", "").split()), "", image.get(MEDIA_KEY) or media_key)


def media_block(element: etree._Element, base_url: str, losses: Counter[Loss]) -> Block | None:
    """Return the block of an element of MEDIA; a frame or recording of another kind becomes a link."""
    match element.tag:
        case "paper-gallery":
            return Gallery(tuple(key for key in (element.get("class") or "").split(",") if key))
        case "paper-embed":
            url = video_url(element.get("class"))
            return Embed(url) if url else None
        case "audio" | "video":
            sources = (part.get("src") for part in element.iter("audio", "video", "source"))
            url = next(filter(None, (image_url(source, base_url) for source in sources)), "")
            return link_block(url, unquote(basename(urlsplit(url).path))) if url else None
    if not _INVISIBLE_SIZES.isdisjoint((element.get("width"), element.get("height"))):
        return None
    return _frame(element, _addresses(element), base_url, losses)


def _addresses(element: etree._Element) -> list[str]:
    """Return the addresses that a frame or object names; old pages name a video in up to three elements."""
    own = [element.get("src"), element.get("data")]
    parts = [
        part.get("value") or part.get("src") if (part.get("name") or "src").lower() in _NAMES_OF_FILES else None
        for part in element.iter("param", "embed")
    ]
    for part in element.iter("embed", "object"):
        part.attrib.clear()
    return [address for address in (*own, *parts) if address]


def _frame(element: etree._Element, addresses: list[str], base_url: str, losses: Counter[Loss]) -> Block | None:
    page = next(filter(None, map(video_url, addresses)), None)
    if page is not None:
        return Embed(page)
    url = next(filter(None, (safe_url(address, base_url) for address in addresses)), None)
    if url is None:
        return None
    losses[Loss.FRAMES] += 1
    return link_block(url, element.get("title") or "")


def link_block(url: str, words: str) -> Paragraph:
    """Return a paragraph with a link."""
    text = InlineText()
    text.open("a", href(url))
    text.add(words.strip() or url)
    text.close()
    return Paragraph(text.flush())


def href(url: str) -> str:
    """Return the attribute of a link to a URL."""
    quoted = url.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return f' href="{quoted}"'


def count_link_of_picture(link: etree._Element, losses: Counter[Loss]) -> None:
    """Count a link that has a picture and no words, unless it leads to the picture's own file."""
    image = next(link.iter("img"), None)
    if image is None or "".join(map(str, link.itertext())).strip():
        return
    if _file(link.get("href")) != _file(image.get("src")):
        losses[Loss.LINKS_OF_PICTURES] += 1


def _file(url: str | None) -> str:
    return _SIZE_SUFFIX.sub("", basename((url or "").partition("?")[0]))
