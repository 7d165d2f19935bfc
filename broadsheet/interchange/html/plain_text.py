"""Turns markup into plain text."""

import html
import re
from collections import Counter
from collections.abc import Callable

from lxml import etree

from broadsheet.interchange.blocks import Block, Embed, Paragraph, Picture
from broadsheet.interchange.characters import CONTROLS
from broadsheet.interchange.html.cleaning import parse_html
from broadsheet.interchange.html.inline import Reading, inline_contents

_MARKUP = re.compile(r"[<&\[]")
_LINK = re.compile(r'href="([^"]*)"')


def plain_text(markup: str, *, prepare: Callable[[etree._Element], object] = id) -> str:
    """Return markup as plain text; the URL of a link, picture or frame follows its text in brackets.

    Tags of names that HTML does not have are words. Markup without any text, for example `<script>…`, is returned as
    it is, because plain text is never executed. `prepare` may change the parsed tree first.
    """
    if not _MARKUP.search(markup):
        text = markup.strip()
    else:
        text = text_of(markup, prepare=prepare).strip() or html.unescape(markup).strip()
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_of(markup: str, *, prepare: Callable[[etree._Element], object] = id) -> str:
    """Return the visible text of markup, and the addresses of what plain text cannot show."""
    reading = Reading("", newlines=True, losses=Counter())
    tree = parse_html(markup, reading.losses, brackets_are_words=True)
    prepare(tree)
    contents = inline_contents(tree, reading)
    text = contents.text.flush()
    return "\n".join(filter(None, [text, *(address for block in contents.hoisted if (address := _address(block)))]))


def _address(block: Block) -> str:
    match block:
        case Picture(source_url=url, alt=alt):
            return f"{alt} ({url})" if alt else url
        case Embed(url):
            return url
        case Paragraph(markup):
            return html.unescape("".join(_LINK.findall(markup)[:1]))
    return ""
