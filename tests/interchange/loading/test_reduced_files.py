"""The reduced exports beside the checkout have their right values; elsewhere, the tests of invented exports stand."""

import html
import re
from collections import Counter
from pathlib import Path

import pytest

from broadsheet.interchange.blocks import Listing, Loss, Paragraph, Quote, Table
from broadsheet.interchange.errors import NotAnExport
from broadsheet.interchange.records import ArticleRecord, CommentRecord, PublicationStatus
from broadsheet.interchange.sources.wordpress.export import WordPressExport

BESIDE_THE_CHECKOUT = Path(__file__).parents[3].parent / "shared"


@pytest.fixture
def reduced() -> Path:
    """The folder of reduced exports."""
    folder = BESIDE_THE_CHECKOUT / "cases" / "wordpress"
    if not folder.is_dir():
        pytest.skip("There are no reduced exports beside this checkout.")
    return folder


def articles(file: Path) -> list[ArticleRecord]:
    return [record for record in WordPressExport(file).records() if isinstance(record, ArticleRecord)]


def text_of(file: Path) -> tuple[str, Counter[Loss]]:
    """Return everything that the articles and comments of a file show, and its losses."""
    losses: Counter[Loss] = Counter()
    shown = [
        repr((record.title, record.deck, record.blocks(losses))) if isinstance(record, ArticleRecord) else record.text
        for record in WordPressExport(file).records()
        if isinstance(record, ArticleRecord | CommentRecord)
    ]
    return html.unescape(" ".join(shown)), losses


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("words-behind-names-of-mathematics", ["Ferry <in> and <out> times", "knots before noon.", "tides, then it."]),
        ("words-behind-names-of-mathematics", ["I would say <not> so, by far."]),
        ("titles-with-angles", ["Albert's <ABS> fourth quarter", "A <script> for the harbour play", "x < y and y > z"]),
        ("struck-words", ["<s>resigned</s> stayed", "<s>ten</s> twelve", "<s>Old price</s>"]),
        ("footnotes-in-postmeta", ["Built in 1874 by <i>two</i> brothers.", 'href="#note-1"', 'id="note-1"']),
        ("links-in-quotes-headings-tables", [f"http://a.example.org/{x}" for x in ("quote", "head", "cell", "para")]),
        ("frames-and-scripts", ['<a href="https://maps.example.org/embed?q=pier">', "//sound.example.org/player/7"]),
        ("frames-and-scripts", ["https://doc.example.org/a.pdf", "Before", "After"]),
        ("tweets-and-other-embeds", [f'<a href="https://social.example.org/@ann/{n}">' for n in (1, 2)]),
        ("list-starts-at-five", ["5. five<br>6. six", "2. b<br>1. a", "Term", "Meaning"]),
        ("quotes-with-things", ["drawn words", "x = 2", "area words", "opt", "<s>gone</s>", "漢 kan", "m^2"]),
        ("quotes-with-things", ["(http://a.example.org/c)", "linked picture"]),
        ("comments-odd", ["here (http://b.example.org) &", "1 < 2"]),
    ],
)
def test_the_words_and_links_are_there(reduced: Path, name: str, words: list[str]) -> None:
    text, _ = text_of(reduced / f"{name}.xml")
    squeezed = " ".join(text.split())
    assert [word for word in words if " ".join(word.split()) not in squeezed] == []


def test_cells_stay_in_their_columns(reduced: Path) -> None:
    (article,) = articles(reduced / "rowspan.xml")
    (table,) = article.blocks(Counter())
    assert isinstance(table, Table)
    assert table.rows[1:] == (("North", "Gull", "8"), ("", "Tern", "9"), ("none", "", "10"), ("Load", "10^6 kg", "x_1"))


def test_the_byline_the_status_and_the_keys(reduced: Path) -> None:
    (article,) = articles(reduced / "co-authors.xml")
    assert article.author_keys == ("ben", "ann")
    (article,) = articles(reduced / "password-of-blanks.xml")
    assert article.status == PublicationStatus.PUBLISHED
    first, second = articles(reduced / "same-id-twice.xml")
    assert first.key != second.key


def test_what_is_left_out_is_counted(reduced: Path) -> None:
    _, losses = text_of(reduced / "frames-and-scripts.xml")
    assert losses == {Loss.FRAMES: 3, Loss.SCRIPTS: 1, Loss.FORM_FIELDS: 1}


HIDDEN = re.compile(
    r"<(script|style|noscript|iframe)\b.*?</\1\s*>|<!--.*?-->|\[/?\w[^\]]*\]", re.DOTALL | re.IGNORECASE
)
WORD = re.compile(r"[^\W\d_]{4,}")


@pytest.mark.exhaustive
@pytest.mark.parametrize("folder", ["wxr-cc-labs", "wxr-wp-importer"])
def test_no_word_of_the_exports_at_hand_is_lost(folder: str) -> None:
    files = sorted((BESIDE_THE_CHECKOUT / "data" / folder).glob("*.xml"))
    if not files:
        pytest.skip("There are no real exports beside this checkout.")
    for file in files:
        for record in _readable(file):
            markup = record.blocks.args[0].body  # type: ignore[attr-defined]
            words = WORD.findall(html.unescape(re.sub(r"<[^>]*>", " ", HIDDEN.sub(" ", markup))))
            shown = html.unescape(re.sub(r"</?(b|i|s|code|sup|sub)>", "", repr(record.blocks(Counter()))))
            assert [word for word in words if word not in shown] == [], (file.name, record.title)


def _readable(file: Path) -> list[ArticleRecord]:
    try:
        return articles(file)
    except NotAnExport:  # as two of the files are, each with its line
        return []


def test_blocks_of_these_kinds_are_read(reduced: Path) -> None:
    records = articles(reduced / "quotes-with-things.xml")
    kinds = {type(block) for article in records for block in article.blocks(Counter())}
    assert {Paragraph, Quote, Listing, Table} <= kinds
