"""No word of a body is lost, changed or moved: a property of bodies that Hypothesis generates."""

import html
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import strategies as st

from broadsheet.interchange.sources.wordpress.body import parse_body
from tests.campaigns import search
from tests.interchange.block_text import visible_words


class Written(NamedTuple):
    """HTML and its visible words."""

    markup: str
    words: tuple[str, ...]


WORDS = st.text(alphabet="abcXYZ019äßéж水⛵.,!&<>'\"-", min_size=1, max_size=8).filter(
    lambda word: any(letter.isalnum() for letter in word) and not set(word) & set("-—–") and "[" not in word
)
INLINE_TAGS = [
    "b",
    "strong",
    "em",
    "i",
    "code",
    "sup",
    "sub",
    "span",
    "u",
    "font",
    'a href="/x"',
    'a href="x"',
    "q",
    "tt",
]
BLOCK_TAGS = ["p", "div", "section", "h2", "h4", "blockquote", "pre", "figure", "ul><li", "ol><li", "center", "address"]


def join(pieces: list[Written], between: str) -> Written:
    return Written(between.join(piece.markup for piece in pieces), tuple(w for piece in pieces for w in piece.words))


def wrapped(tag: str, piece: Written) -> Written:
    closing = "".join(f"</{part.split()[0]}>" for part in reversed(tag.split("><")))
    return Written(f"<{tag}>{piece.markup}{closing}", piece.words)


def rows(cells: list[list[Written]]) -> Written:
    made = [wrapped("tr", join([wrapped("td", cell) for cell in row], "")) for row in cells]
    return wrapped("table", join(made, "\n"))


def captioned(piece: Written) -> Written:
    return Written(f'[caption id="attachment_3"]<img src="/q.jpg" alt="q"> {piece.markup}[/caption]', piece.words)


def figured(piece: Written) -> Written:
    return Written(f'<figure><img src="/q.jpg"><figcaption>{piece.markup}</figcaption></figure>', piece.words)


def listed(items: list[Written]) -> Written:
    return wrapped("ul", join([wrapped("li", item) for item in items], "\n"))


text = st.lists(WORDS, min_size=1, max_size=4).map(lambda words: Written(html.escape(" ".join(words)), tuple(words)))
breaks = st.sampled_from([Written(part, ()) for part in ("<br>", "\n", "\n\n", "<!--more-->", " ", "<hr>", "&nbsp;")])


def combine(inner: Callable[[], st.SearchStrategy[Written]]) -> st.SearchStrategy[Written]:
    return st.lists(inner() | breaks, min_size=1, max_size=4).map(lambda pieces: join(pieces, " "))


inline = st.recursive(
    text, lambda inner: st.builds(wrapped, st.sampled_from(INLINE_TAGS), combine(lambda: inner)), max_leaves=6
)
blocks = st.recursive(
    inline | st.builds(captioned, inline) | st.builds(figured, inline),
    lambda inner: (
        st.builds(wrapped, st.sampled_from(BLOCK_TAGS), combine(lambda: inner))
        | st.lists(combine(lambda: inner), min_size=1, max_size=3).map(listed)
        | st.lists(st.lists(combine(lambda: inline), min_size=1, max_size=3), min_size=1, max_size=3).map(rows)
    ),
    max_leaves=12,
)
bodies = st.lists(blocks | breaks, max_size=6).map(lambda pieces: join(pieces, "\n\n"))
gutenberg = bodies.map(lambda piece: Written(f"<!-- wp:html -->{piece.markup}<!-- /wp:html -->", piece.words))


@pytest.mark.campaign
def test_every_word_of_a_body_is_kept_in_its_order() -> None:
    def tried(body: Written) -> None:
        # In plain text, signs tell what is raised, lowered or struck.
        assert [word.strip("^_") for word in visible_words(parse_body(body.markup))] == list(body.words)

    search("bodies", tried, full=5_000, body=bodies | gutenberg)
