"""Turns the body of a post into blocks, and its other markup into plain text.

Knows the classic editor (newlines are line breaks, empty lines separate paragraphs), the block editor, WordPress's own
shortcodes, and the classes by which WordPress marks its images.
"""

import json
import re
from collections import Counter

from lxml import etree

from broadsheet.interchange.blocks import Block, Loss, Note, Paragraph
from broadsheet.interchange.html import plain_text as html_text
from broadsheet.interchange.html.body import blocks_of
from broadsheet.interchange.html.cleaning import MEDIA_KEY, TEXT_OF_IMAGE, parse_html
from broadsheet.interchange.sources.wordpress.shortcodes import expand_shortcodes

_BLOCK_EDITOR = "<!-- wp:"
_ATTACHMENT_CLASS = re.compile(r"wp-image-([0-9]{1,18})")
_EMOJI_CLASSES = frozenset({"wp-smiley", "emoji"})


def parse_body(
    body: str, *, base_url: str = "", losses: Counter[Loss] | None = None, footnotes: str = ""
) -> list[Block]:
    """Return the blocks of a post's body; with `base_url`, the post's own address, relative links are resolved.

    `losses` counts the visible parts that no block can show. `footnotes` is the JSON that the block editor stores.
    """
    losses = Counter() if losses is None else losses
    tree = parse_html(expand_shortcodes(body), losses)
    _mark_images(tree)
    notes = parse_footnotes(footnotes, base_url, losses)
    return blocks_of(tree, losses, base_url=base_url, newlines=_BLOCK_EDITOR not in body, notes=notes)


def parse_footnotes(stored: str, base_url: str, losses: Counter[Loss]) -> list[Note]:
    """Return the footnotes of a post, in their order; a value that is not a list of footnotes has none."""
    try:
        entries = json.loads(stored or "[]")
    except ValueError:
        return []
    notes = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [
        Note(str(note.get("id", "")), f"note-{number}", _one_paragraph(str(note.get("content", "")), base_url, losses))
        for number, note in enumerate(notes, start=1)
    ]


def _one_paragraph(markup: str, base_url: str, losses: Counter[Loss]) -> str:
    blocks = blocks_of(parse_html(markup, losses), losses, base_url=base_url)
    return "<br>".join(block.html for block in blocks if isinstance(block, Paragraph))


def plain_text(markup: str) -> str:
    """Return a title, an excerpt or a comment as plain text; the URL of a link follows its text in brackets."""
    return html_text.plain_text(markup, prepare=_mark_images)


def _mark_images(tree: etree._Element) -> None:
    """Translate WordPress's classes: the attachment of an image or figure, and the text of an image of an emoji."""
    for element in tree.iter("img", "figure"):
        classes = (element.get("class") or "").split()
        attachments = (int(match[1]) for name in classes if (match := _ATTACHMENT_CLASS.fullmatch(name)))
        if attachment := next(attachments, 0):
            element.set(MEDIA_KEY, str(attachment))
        if element.tag == "img" and not _EMOJI_CLASSES.isdisjoint(classes) and (text := element.get("alt", "")):
            element.set(TEXT_OF_IMAGE, text)
