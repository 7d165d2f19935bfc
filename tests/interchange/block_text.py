"""Reads blocks back: their visible words in order, and every element and attribute in their markup."""

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from broadsheet.interchange.blocks import (
    Block,
    Listing,
    Paragraph,
    Picture,
    Preformatted,
    Quote,
    Subhead,
    Table,
)

SEPARATING_TAG = re.compile(r"</?(?:br|ul|ol|li)>")
ANY_TAG = re.compile(r"<[^>]*>")


def visible_words(blocks: list[Block]) -> list[str]:
    """Return the words of all blocks in order."""
    return [word for block in blocks for text in shown(block) for word in text.split()]


def shown(block: Block) -> Iterator[str]:
    """Yield the texts of a block; line breaks and list items separate words, inline tags do not."""
    match block:
        case Paragraph(markup) | Listing(markup):
            yield html.unescape(ANY_TAG.sub("", SEPARATING_TAG.sub(" ", markup)))
        case Subhead(text) | Preformatted(text):
            yield text
        case Quote(text, attribution):
            yield from (text, attribution)
        case Picture(caption=caption):
            yield caption
        case Table(rows):
            yield from (cell for row in rows for cell in row)


class Elements(HTMLParser):
    """Collects every element with its attributes, as another parser than the one that made them sees them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", {"": data}))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("declaration", {"": decl}))

    def handle_pi(self, data: str) -> None:
        self.found.append(("instruction", {"": data}))
