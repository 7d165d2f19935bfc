"""No name of an element takes words or links away: a property of bodies that nest every name in every block.

The oracle knows no parser. A generated body is a tree, its words are all different, and a browser hides exactly those
within the elements of `HIDDEN`; every other word must be in the article, and every link in it or in the report.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.interchange.blocks import Loss
from broadsheet.interchange.sources.wordpress.body import parse_body, plain_text
from tests.campaigns import search
from tests.interchange.element_names import HIDDEN, HIDDEN_WITHIN, NAMES

WORD, LINK = "\x01", "\x02"
LINK_LOSSES = {Loss.LINKS, Loss.LINKS_OF_PICTURES, Loss.LINKS_WITHIN}
# Every block that the importer knows, with its place for contents.
PLACES = (
    "{}",
    "<p>{}</p>",
    "<h2>{}</h2>",
    "<ul><li>{}</li></ul>",
    "<ol start='4'><li>{}</li></ol>",
    "<blockquote>{}</blockquote>",
    "<blockquote><p>\x01</p><cite>{}</cite></blockquote>",
    "<table><tr><td>{}</td><td>\x01</td></tr></table>",
    "<table><caption>{}</caption><tr><td rowspan=2>\x01</td><td>\x01</td></tr><tr><td>{}</td></tr></table>",
    "<table><tr><th>{}</th></tr></table>",
    "<pre>{}</pre>",
    "<details><summary>{}</summary>{}</details>",
    "<figure><img src='https://a.example/q.jpg'><figcaption>{}</figcaption></figure>",
    "[caption id='attachment_3']<img src='/q.jpg'> {}[/caption]",
    "<dl><dt>{}</dt><dd>{}</dd></dl>",
    "<div><section>{}</section></div>",
    "<svg><text>{}</text></svg>",
    "<math><mtext>{}</mtext></math>",
    "<!-- wp:paragraph --><p>{}</p><!-- /wp:paragraph -->",
)


@dataclass(frozen=True)
class Piece:
    """Markup with a mark for each word and link, and for each mark whether a browser shows it."""

    markup: str
    shown: tuple[bool, ...]


def word() -> Piece:
    return Piece(f" {WORD} ", (True,))


def linked() -> Piece:
    return Piece(f"<a href='https://l.example/{LINK}'> {WORD} </a>", (True, True))


def element(name: str, inner: Piece, how: str) -> Piece:
    if how == "unclosed":
        return Piece(f"<{name}>{inner.markup}", inner.shown)
    if how == "closed again":
        return Piece(f"<{name}></{name}>{inner.markup}</{name}>", inner.shown)
    hidden = name in HIDDEN or name in HIDDEN_WITHIN
    start = {"plain": name, "upper": name.upper(), "attributes": f'{name} class="a>b" id=\'<i>\' x="{name}"'}[how]
    return Piece(f"<{start}>{inner.markup}</{name}>", tuple(False for _ in inner.shown) if hidden else inner.shown)


def placed(place: str, inner: Piece) -> Piece:
    before = place.partition("{}")[0]
    shown: list[bool] = [True] * before.count(WORD)
    rest = place[len(before) :]
    while rest:
        if rest.startswith("{}"):
            shown += inner.shown
            rest = rest[2:]
        else:
            shown += [True] * (rest[0] == WORD)
            rest = rest[1:]
    return Piece(place.replace("{}", inner.markup), tuple(shown))


def joined(pieces: list[Piece]) -> Piece:
    return Piece("".join(piece.markup for piece in pieces), tuple(flag for piece in pieces for flag in piece.shown))


hows = st.sampled_from(["plain", "plain", "upper", "attributes", "unclosed", "closed again"])
leaves = st.builds(word) | st.builds(linked)
pieces = st.recursive(
    leaves,
    lambda inner: (
        st.builds(element, st.sampled_from(NAMES), st.lists(inner, min_size=1, max_size=3).map(joined), hows)
        | st.builds(placed, st.sampled_from(PLACES), inner)
    ),
    max_leaves=6,
)
bodies = st.lists(st.builds(placed, st.sampled_from(PLACES), pieces) | leaves, min_size=1, max_size=3).map(joined)


def marked(piece: Piece) -> tuple[str, list[str], list[str]]:
    """Return the markup with words and links, and those of them that a browser shows."""
    numbers = count(100)
    parts, words, links = list[str](), list[str](), list[str]()
    marks = iter(piece.shown)
    for character in piece.markup:
        if character not in {WORD, LINK}:
            parts.append(character)
            continue
        mark = f"{'w' if character == WORD else 'l'}q{next(numbers)}z"
        parts.append(mark)
        if next(marks):
            (words if character == WORD else links).append(mark)
    return "".join(parts), words, links


def tried(body: Piece) -> None:
    markup, words, links = marked(body)
    losses: Counter[Loss] = Counter()
    text = repr(parse_body(markup, base_url="https://a.example/", losses=losses))
    assert [mark for mark in words if mark not in text] == []
    missing = [mark for mark in links if mark not in text]
    assert len(missing) <= sum(losses[loss] for loss in LINK_LOSSES) or losses[Loss.MARKUP]
    # A title, a comment or a name.
    plain = plain_text(markup)
    assert [mark for mark in words if mark not in plain] == []


@pytest.mark.campaign
def test_no_name_of_an_element_takes_words_or_links_away() -> None:
    search("names of elements", tried, full=20_000, body=bodies)


@pytest.mark.parametrize("place", PLACES)
def test_every_name_alone_keeps_its_words_in_every_block(place: str) -> None:
    for name in NAMES:
        for how in ("plain", "unclosed"):
            tried(placed(place, joined([word(), element(name, linked(), how), word()])))


def test_a_lost_word_would_be_noticed() -> None:
    with pytest.raises(AssertionError):
        tried(Piece(f"<script>{WORD}</script>", (True,)))


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="<>/!-?= \"'abmath&;", max_size=40))
def test_no_signs_take_away_the_words_behind_them_or_stop_the_import(signs: str) -> None:
    assert "harbour" in repr(parse_body(f"{signs} --> ?> > harbour"))
    assert "harbour" in plain_text(f"{signs} --> ?> > harbour")
