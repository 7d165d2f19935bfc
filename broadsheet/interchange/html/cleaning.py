"""Cleans HTML with nh3 in two passes, and parses it in between.

The first pass makes well-formed HTML of any input and removes scripts, styles and event handlers. The second, over the
markup of each block, is the allowlist of elements that may be published.
"""

import re
from html import unescape

import nh3
from lxml import etree

from broadsheet.interchange.characters import FORBIDDEN, without_forbidden

# Placeholder elements, which a source writes into a body for a gallery and a video of its own notation. The class of a
# gallery is the list of its media keys, that of an embed the URL of the video.
GALLERY = "paper-gallery"
EMBED = "paper-embed"
# Attributes that a source sets on images and figures after the first pass, which removes them from the input.
MEDIA_KEY = "data-media-key"
TEXT_OF_IMAGE = "data-text"

MAX_DEPTH = 120

_DROPPED_WITH_CONTENT = {"script", "style", "noscript", "template", "svg", "noembed", "noframes"}
_SCHEMES = {"http", "https", "mailto"}
_INLINE = {"a", "b", "strong", "i", "em", "br", "sup", "sub", "code", "tt", "kbd", "samp", "cite"}
_BLOCK = {
    *("p", "div", "section", "article", "aside", "header", "footer", "main", "nav", "center", "address", "hr", "form"),
    *("fieldset", "legend", "details", "summary", "dl", "dt", "dd", "option", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("blockquote", "pre", "ul", "ol", "li", "figure", "figcaption"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"),
}
_MEDIA = {"img", "iframe", "object", "param", "embed", "video", "audio", "source", GALLERY, EMBED}
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "class", "width", "height"},
    "figure": {"class"},
    "iframe": {"src"},
    "object": {"data"},
    "param": {"name", "value"},
    "embed": {"src"},
    "video": {"src"},
    "audio": {"src"},
    "source": {"src"},
    "td": {"colspan"},
    "th": {"colspan"},
    GALLERY: {"class"},
    EMBED: {"class"},
}

_FIRST_PASS = nh3.Cleaner(
    tags=_INLINE | _BLOCK | _MEDIA,
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    url_schemes=_SCHEMES,
    link_rel=None,
)
_ALLOWLIST = nh3.Cleaner(
    tags={"a", "b", "i", "br", "sup", "sub", "code", "ol", "ul", "li"},
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes={"a": {"href"}},
    url_schemes=_SCHEMES,
    link_rel=None,
)
# nh3 drops the text inside elements of these names, and libxml2 does not close the void ones of HTML 5: both would
# lose text.
_FOREIGN = re.compile(
    r"</?(?:math|m[ions]|mtext|mrow|msup|msub|msubsup|mfrac|msqrt|mroot|mover|munder|munderover|mfenced|mtable|mtr|mtd"
    r"|mpadded|mphantom|mstyle|mspace|merror|maction|menclose|mmultiscripts|mprescripts|none|semantics|annotation"
    r"|text|tspan|g|path|desc|filter|mask|switch|view|line|rect|set|use|animate|circle|defs|symbol)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_VOID_UNCLOSED = re.compile(r"""<(embed|source)((?:\s[\w-]+="[^"]*")*)>""")
_INVISIBLE = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)[^<>]*>?")
_NOT_NESTED = {"br", "img", "hr", "p", "li", "td", "th", "tr", "dt", "dd", "option", "input", "param", "source"}


def publishable(markup: str) -> str:
    """Return the markup of a block reduced to the elements and attributes that may be published."""
    return _ALLOWLIST.clean(markup)


def parse_html(body: str) -> etree._Element:
    """Return a body as a tree of known elements; where it is nested deeper than MAX_DEPTH, only its text."""
    markup = _text_only(body) if _too_deep(body) else _well_formed(body)
    if _too_deep(markup):
        markup = _text_only(body)
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    root = etree.fromstring(f"<html><body><div>{markup}</div></body></html>".encode(), parser)
    return root[0]


def _well_formed(body: str) -> str:
    clean = FORBIDDEN.sub("", _FIRST_PASS.clean(_FOREIGN.sub(" ", without_forbidden(body))))
    return _VOID_UNCLOSED.sub(r"<\1\2></\1>", clean)


def _too_deep(markup: str) -> bool:
    if markup.count("<") <= MAX_DEPTH:
        return False
    depth = 0
    for match in _TAG.finditer(markup):
        if match[2].lower() not in _NOT_NESTED:
            depth = max(0, depth - 1) if match[1] else depth + 1
            if depth > MAX_DEPTH:
                return True
    return False


def _text_only(body: str) -> str:
    text = unescape(_TAG.sub(" ", _INVISIBLE.sub(" ", without_forbidden(body))))
    return FORBIDDEN.sub("", text).replace("&", "&amp;").replace("<", "&lt;")
