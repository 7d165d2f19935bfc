"""Turns markup into plain text."""

import html
import re
from collections.abc import Callable

from lxml import etree

from broadsheet.interchange.characters import CONTROLS
from broadsheet.interchange.html.cleaning import parse_html
from broadsheet.interchange.html.inline import inline_contents

_MARKUP = re.compile(r"[<&\[]")


def plain_text(markup: str, *, prepare: Callable[[etree._Element], object] = id) -> str:
    """Return markup as plain text; the URL of a link follows its text in brackets.

    Markup without any text, for example `<script>…`, is returned as it is, because plain text is never executed.
    `prepare` may change the parsed tree first.
    """
    if not _MARKUP.search(markup):
        text = markup.strip()
    else:
        text = text_of(markup, prepare=prepare).strip() or html.unescape(markup).strip()
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_of(markup: str, *, prepare: Callable[[etree._Element], object] = id) -> str:
    """Return the visible text of markup; the URL of a link follows its text in brackets."""
    tree = parse_html(markup)
    prepare(tree)
    for link in tree.iter("a"):
        url = link.get("href", "")
        text = "".join(str(part) for part in link.itertext())
        if url.startswith(("http:", "https:")) and url.rstrip("/") not in text:
            link.tail = f" ({url})" + (link.tail or "")
    return inline_contents(tree, newlines=True).text.flush()
