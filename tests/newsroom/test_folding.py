"""The search compares words without case, accents, ligatures and invisible characters, and finds words inside a run."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom.search.folding import fold, fold_with_positions, indexed, words_of
from broadsheet.newsroom.search.highlight import marked
from broadsheet.newsroom.search.terms import Term, terms_of

pytestmark = pytest.mark.unit

ALIKE = [
    *[("Café", "cafe"), ("Zürich", "ZURICH"), ("Straßenbahn", "Strassenbahn"), ("STRAẞE", "strasse")],
    *[("Øresund", "oresund"), ("Ærø", "aero"), ("Åland", "aland"), ("ﬁshing", "fishing"), ("ﬃnity", "ffinity")],
    *[("soft\u00adhyphen", "softhyphen"), ("Cafe\u0301", "Café"), ("Ｂｒｏａｄ", "broad"), ("２０１９", "2019")],
    *[("٢٠١٩", "2019"), ("Łódź", "lodz"), ("Đà Nẵng", "da nang"), ("İstanbul", "istanbul"), ("ISPARTA", "ısparta")],
    *[("Þór", "thor"), ("œuvre", "OEUVRE"), ("ΟΔΟΣ", "οδός"), ("Ёлка", "елка"), ("مُحَمَّد", "محمد"), ("أحمد", "احمد")],
    *[
        ("کتاب", "كتاب"),
        ("محـــمد", "محمد"),
        ("שָׁלוֹם", "שלום"),
        ("ｶﾞｽ", "ガス"),
        ("か\u3099", "が"),
        ("２０km²", "20km2"),
    ],
    *[("O’Brien", "O'Brien"), ("Hawaiʻi", "Hawai'i"), ("zero\u200bwidth", "zerowidth"), ("\ufefftide", "tide")],
    ("서울", unicodedata.normalize("NFD", "서울")),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_words_that_readers_take_for_the_same_are_alike(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)


@pytest.mark.parametrize(("one", "other"), [("が", "か"), ("กา", "กี"), ("कि", "का"), ("o", "0"), ("서", "사")])
def test_words_that_differ_in_more_than_an_accent_stay_different(one: str, other: str) -> None:
    assert words_of(one) != words_of(other)


def matches(query: str, text: str) -> bool:
    """Whether the stored words of a text have all terms of a query."""
    return all(term.sequence in indexed(text) for term in terms_of(query))


INSIDE = [
    ("台風で渡船が欠航した", ["台風", "渡船", "欠航", "船", "た", "渡船が欠航"]),
    ("市議会は新しい橋の建設を承認した。", ["市議会", "議会", "橋", "建設", "承認", '"橋の建設"']),
    ("北京大学校长昨天辞职", ["北京", "大学", "校长", "辞职", "北京大学", "职"]),
    ("고등학교에서 대통령이 연설했다", ["학교", "고등학교", "대통령", "연설", '"에서 대통령"']),
    ("นายกรัฐมนตรีเปิดสะพานใหม่", ["รัฐมนตรี", "สะพาน", "ใหม่", "นายก"]),
    ("新型iPhone手機上市", ["iphone", "手機", "iPhone手機", '"新型iphone"', "上市"]),
    ("ｺﾝﾋﾟｭｰﾀ展", ["コンピュータ", "展"]),
]


@pytest.mark.parametrize(("text", "queries"), INSIDE)
def test_a_word_inside_a_run_is_found(text: str, queries: list[str]) -> None:
    assert [query for query in queries if not matches(query, text)] == []


@pytest.mark.parametrize(
    ("text", "query"),
    [("台風で渡船が欠航した", "船渡"), ("東京と京都", "東京都"), ("大学", '"大 学校"'), ("橋の建設", "建橋")],
)
def test_characters_that_do_not_follow_each_other_are_not_found(text: str, query: str) -> None:
    assert not matches(query, text)


@pytest.mark.parametrize("query", ["don't", "dont", "don’t", "O’Brien's", "obrien", "brien", "Quran", "Qur'an"])
def test_words_with_an_apostrophe_are_found_with_and_without_it(query: str) -> None:
    assert matches(query, "Don’t ask O'Brien about the Qur’an")


def test_a_possessive_does_not_narrow_a_search() -> None:
    assert terms_of("Trump’s") == terms_of("trump")
    assert matches('"trump s"', "Trump's ferry")


def test_a_phrase_does_not_cross_from_the_text_to_the_forms_without_apostrophe() -> None:
    assert not matches('"ferry trumps"', "Trump's ferry")


MARKED = [
    ("cafe", "Das Café schließt", "Das <mark>Café</mark> schließt"),
    ("strasse", "In der Straße", "In der <mark>Straße</mark>"),
    ("fishing", "A ﬁshing boat", "A <mark>ﬁshing</mark> boat"),
    ("softhyphen", "a soft\u00adhyphen!", "a <mark>soft\u00adhyphen</mark>!"),
    ("f", "ﬁ f", "ﬁ <mark>f</mark>"),
    ("cafe", "Cafe\u0301s open", "<mark>Cafe\u0301s</mark> open"),
    ('"low tide"', "Low – tide", "<mark>Low – tide</mark>"),
    ("渡船", "台風で渡船が欠航", "台風で<mark>渡船</mark>が欠航"),
    ("ガス", "新ｶﾞｽ灯", "新<mark>ｶﾞｽ</mark>灯"),
    ("brien", "Mr O’Brien", "Mr O’<mark>Brien</mark>"),
    ("tide", "<b>Tide</b> & sea", "&lt;b&gt;<mark>Tide</mark>&lt;/b&gt; &amp; sea"),
]


@pytest.mark.parametrize(("query", "text", "result"), MARKED)
def test_the_original_words_are_marked(query: str, text: str, result: str) -> None:
    pattern = re.compile("|".join(term.pattern for term in terms_of(query)))
    assert marked(text, pattern) == result


@given(st.text(max_size=60))
def test_folding_with_positions_is_folding(text: str) -> None:
    folded = fold_with_positions(text)
    assert folded.folded == fold(text)
    assert len(folded.positions) == len(folded.folded) + 1


@given(st.text(max_size=60))
def test_folded_words_are_words_of_both_databases(text: str) -> None:
    """No sign that means something in a query, and no white space, whatever is typed."""
    for word in indexed(text).split(" "):
        assert not re.search(r"[\s'\"\\:&|!()*<>\0]", word)
        word.encode()
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="京都市長台風学校한국어กรุงab '’", min_size=1, max_size=30), st.data())
def test_every_part_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    words = words_of(text)
    if words:
        start = data.draw(st.integers(0, len(words) - 1))
        end = data.draw(st.integers(start + 1, len(words)))
        assert Term(tuple(words[start:end]), is_phrase=True).sequence in indexed(text)


def test_every_naughty_string_folds_without_error() -> None:
    file = Path(__file__).resolve().parents[3] / "shared" / "data" / "strings"
    for name in file.glob("*.txt") if file.exists() else ():
        for line in name.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            assert fold_with_positions(line).folded == fold(line)
