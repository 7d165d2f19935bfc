"""Parses any HTML into a tree of known elements, and reduces the markup of a block to what may be published.

Three steps, none of which can lose text: `tags` leaves known tags only, html5ever (in nh3) nests them as browsers do,
and a strict XML parser reads the result. Unsafe markup ends at `publishable`, whatever the steps before let through.
"""

import re
from collections import Counter

import nh3
from lxml import etree

from broadsheet.interchange.blocks import Loss
from broadsheet.interchange.characters import FORBIDDEN, without_forbidden
from broadsheet.interchange.html.tags import ATTRIBUTES, EMBED, GALLERY, KNOWN, with_known_tags

__all__ = ["EMBED", "GALLERY", "MEDIA_KEY", "TEXT_OF_IMAGE", "parse_html", "publishable"]

# Attributes that a source sets on images and figures after the first steps, which remove them from the input.
MEDIA_KEY = "data-media-key"
TEXT_OF_IMAGE = "data-text"

MAX_DEPTH = 120

_SCHEMES = {"http", "https", "mailto", "tel"}
_NESTING = nh3.Cleaner(
    tags=set(KNOWN),
    clean_content_tags=set(),
    attributes={name: set(attributes) for name, attributes in ATTRIBUTES.items()},
    url_schemes=_SCHEMES,
    link_rel=None,
)
_ALLOWLIST = nh3.Cleaner(
    tags={"a", "b", "i", "s", "br", "sup", "sub", "code", "ol", "ul", "li"},
    clean_content_tags=set(),
    attributes={"a": {"href"}},
    url_schemes=_SCHEMES,
    link_rel=None,
)
_VOID = re.compile(r"<(br|hr|img|embed|source|param)((?:\s[\w-]+=\"[^\"]*\")*)>")
_TAG = re.compile(r"<(/?)([a-z][\w-]*)[^<>]*>")
_NOT_NESTED = {"br", "img", "hr", "p", "li", "td", "th", "tr", "dt", "dd", "option", "param", "source", "embed"}


def publishable(markup: str) -> str:
    """Return the markup of a block reduced to the elements and attributes that may be published."""
    return _ALLOWLIST.clean(markup)


def parse_html(body: str, losses: Counter[Loss], *, brackets_are_words: bool = False) -> etree._Element:
    """Return a body as a tree of known elements; where it is nested deeper than MAX_DEPTH, only its text.

    `losses` counts the scripts, forms and drawings on the way; `brackets_are_words` is that of `with_known_tags`.
    """
    known = with_known_tags(without_forbidden(body), losses, brackets_are_words=brackets_are_words)
    nested = None if _too_deep(known) else _NESTING.clean(known)
    if nested is None or _too_deep(nested):
        losses[Loss.MARKUP] += 1
        nested = _NESTING.clean(_TAG.sub(" ", known))
    markup = _VOID.sub(r"<\1\2/>", FORBIDDEN.sub("", nested)).replace("&nbsp;", "\xa0")
    parser = etree.XMLParser(no_network=True, resolve_entities=False, huge_tree=True, remove_blank_text=False)
    return etree.fromstring(f"<div>{markup}</div>".encode(), parser)


def _too_deep(markup: str) -> bool:
    if markup.count("<") <= MAX_DEPTH:
        return False
    depth = 0
    for match in _TAG.finditer(markup):
        if match[2] not in _NOT_NESTED:
            depth = max(0, depth - 1) if match[1] else depth + 1
            if depth > MAX_DEPTH:
                return True
    return False
