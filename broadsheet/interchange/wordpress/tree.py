"""The two passes of nh3 that a body goes through, and the tree between them.

The first pass makes sound HTML of anything and removes scripts, styles and event handlers. The second, over each
block's own markup, is the closed list of what may be published.
"""

import re
from html import unescape

import nh3
from lxml import etree

from broadsheet.interchange.wordpress.characters import FORBIDDEN, without_forbidden
from broadsheet.interchange.wordpress.shortcodes import EMBED, GALLERY

DEEPEST = 120

_CONTENT_DROPPED = {"script", "style", "noscript", "template", "svg", "noembed", "noframes"}
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

_SOUND = nh3.Cleaner(
    tags=_INLINE | _BLOCK | _MEDIA,
    clean_content_tags=_CONTENT_DROPPED,
    attributes=_ATTRIBUTES,
    url_schemes=_SCHEMES,
    link_rel=None,
)
_CLOSED = nh3.Cleaner(
    tags={"a", "b", "i", "br", "sup", "sub", "code", "ol", "ul", "li"},
    clean_content_tags=_CONTENT_DROPPED,
    attributes={"a": {"href"}},
    url_schemes=_SCHEMES,
    link_rel=None,
)
# nh3 drops the words inside elements of these names, and libxml2 holds the void ones open: neither may cost a word.
_FOREIGN = re.compile(
    r"</?(?:math|m[ions]|mtext|mrow|msup|msub|msubsup|mfrac|msqrt|mroot|mover|munder|munderover|mfenced|mtable|mtr|mtd"
    r"|mpadded|mphantom|mstyle|mspace|merror|maction|menclose|mmultiscripts|mprescripts|none|semantics|annotation"
    r"|text|tspan|g|path|desc|filter|mask|switch|view|line|rect|set|use|animate|circle|defs|symbol)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_HELD_OPEN = re.compile(r"""<(embed|source)((?:\s[\w-]+="[^"]*")*)>""")
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)[^<>]*>?")
_DOES_NOT_NEST = {"br", "img", "hr", "p", "li", "td", "th", "tr", "dt", "dd", "option", "input", "param", "source"}


def closed(markup: str) -> str:
    """Gives a block's markup with nothing in it but what may be published."""
    return _CLOSED.clean(markup)


def body_tree(body: str) -> etree._Element:
    """Gives a body as a sound tree of known elements; one nested beyond all sense only keeps its words."""
    sound = _bare_words(body) if _too_deep(body) else _sound(body)
    if _too_deep(sound):
        sound = _bare_words(body)
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    root = etree.fromstring(f"<html><body><div>{sound}</div></body></html>".encode(), parser)
    return root[0]


def _sound(body: str) -> str:
    clean = FORBIDDEN.sub("", _SOUND.clean(_FOREIGN.sub(" ", without_forbidden(body))))
    return _HELD_OPEN.sub(r"<\1\2></\1>", clean)


def _too_deep(markup: str) -> bool:
    if markup.count("<") <= DEEPEST:
        return False
    depth = 0
    for match in _TAG.finditer(markup):
        if match[2].lower() not in _DOES_NOT_NEST:
            depth = max(0, depth - 1) if match[1] else depth + 1
            if depth > DEEPEST:
                return True
    return False


def _bare_words(body: str) -> str:
    words = unescape(_TAG.sub(" ", _UNSEEN.sub(" ", without_forbidden(body))))
    return FORBIDDEN.sub("", words).replace("&", "&amp;").replace("<", "&lt;")
