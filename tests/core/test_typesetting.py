"""Headlines keep their short pieces together, and a table knows its columns of figures."""

import re

import pytest
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.core.typesetting import figure_columns, is_figure, nobreak

KEPT = {
    "Brackwater win 3-2 at home": ["3-2"],
    "Brackwater win 3–2": ["3–2"],
    "Jede E-Mail zählt": ["E-Mail"],
    "An e-mail too many": ["e-mail"],
    "Die U-Bahn-Linie ruht": ["U-Bahn-Linie"],
    "Covid-19 and the G-7": ["Covid-19", "G-7"],
    "5 Mio. Euro für 12 km": ["5 Mio. Euro", "12 km"],
    "17 per cent, 3.5 % and 6.30 p.m.": ["17 per cent", "3.5 %", "6.30 p.m."],
    "£ 5 million for 10 000 people": ["£ 5 million", "10 000"],
    "Frost of -5 °C in 2019/20": ["-5 °C", "2019/20"],
    "§ 130 and Art. 17": ["§ 130", "Art. 17"],
}
FREE = [
    "EU-Kommission",
    "mother-in-law",
    "Baden-Württemberg",
    "17 votes to 16",
    "5 mothers",
    "Council drops the bridge",
]


@pytest.mark.parametrize("headline", KEPT)
def test_short_compounds_and_numbers_with_their_unit_keep_to_one_line(headline: str) -> None:
    assert re.findall(r'<span class="nobreak">(.*?)</span>', nobreak(headline)) == KEPT[headline]


@pytest.mark.parametrize("headline", FREE)
def test_a_long_compound_and_a_counted_noun_may_break(headline: str) -> None:
    assert nobreak(headline) == headline


@given(st.text(alphabet=st.sampled_from("ab1 2-–3<>&'\"km%€. ,/\u00e9\u0663\n"), max_size=80))
def test_no_character_of_a_headline_changes(headline: str) -> None:
    shown = nobreak(headline)
    plain = shown.replace('<span class="nobreak">', "").replace("</span>", "")
    unescaped = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'").replace("&quot;", '"')
    assert unescaped.replace("&amp;", "&") == headline


def test_a_headline_with_markup_is_escaped() -> None:
    assert nobreak("<b>3-2</b> & more") == '&lt;b&gt;<span class="nobreak">3-2</span>&lt;/b&gt; &amp; more'
    assert strip_tags(nobreak("3-2")) == "3-2"


@pytest.mark.parametrize("length", [2_000, 20_000])
def test_a_hostile_headline_takes_no_longer_than_its_length(length: int) -> None:
    for piece in ("1", "1 ", "1-", "a-", "1.000", "€ ", "- "):
        nobreak(piece * length)
        is_figure(piece * length)


@pytest.mark.parametrize(
    "cell",
    [
        *("13", "1,240", "1.240,50 €", "1 240", "1'000 Fr.", "−3.5 %", "-4", "+12", "(7)", "€ 12", "$5", "US$ 3"),
        *("5 Mio.*", "12 km", "20 per cent", "½", "3½", "10:30", "٣٤", ".5", "~ 100", "12¹"),
    ],
)
def test_a_figure_may_have_a_sign_a_currency_a_unit_and_a_mark(cell: str) -> None:
    assert is_figure(cell)


@pytest.mark.parametrize("cell", ["", None, "Tern", "12a", "5 May", "28.3.2019", "3-2", "13 seats", "A 46", "–"])
def test_words_dates_and_dashes_are_no_figures(cell: str | None) -> None:
    assert not is_figure(cell)


def test_a_column_of_figures_has_no_words_but_in_its_heading() -> None:
    assert figure_columns(
        [["Party", "Seats", "Change", "Note"], ["Left", "13", "+2", ""], ["Right", "6", "−1", "lost 2"]]
    ) == {1, 2}
    assert figure_columns([["", "Seats"], ["Left", "13"]]) == set()  # "Seats" may be a name
    assert figure_columns([["", ""], ["Left", "13"]]) == {1}
    assert figure_columns([["Left", "13"], ["Right", None], ["Centre", "n/a"]]) == {1}
    assert figure_columns([["a", "–"], ["b", ""]]) == set()
    assert figure_columns([["a"], ["b", "1"], ["c", "2"]]) == {1}
    assert figure_columns([]) == set()
