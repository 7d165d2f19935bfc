"""The languages of texts, as HTML, Open Graph and Google News name them."""

import pytest

from broadsheet.core.languages import direction_of, language_choices, news_language, open_graph_locale


def test_an_editor_picks_a_language_by_its_own_name() -> None:
    names = dict(language_choices())
    assert (names["de"], names["ar"], names["fr"], names["cy"]) == ("Deutsch", "العربيّة", "Français", "Cymraeg")


@pytest.mark.parametrize(("language", "direction"), [("en-gb", "ltr"), ("ar", "rtl"), ("he", "rtl"), ("ja", "ltr")])
def test_some_languages_run_from_right_to_left(language: str, direction: str) -> None:
    assert direction_of(language) == direction


@pytest.mark.parametrize(
    ("language", "locale"), [("en-gb", "en_GB"), ("de", "de_DE"), ("ar", "ar_AR"), ("zh-hans", ""), ("hsb", "")]
)
def test_open_graph_wants_a_territory(language: str, locale: str) -> None:
    assert open_graph_locale(language) == locale


@pytest.mark.parametrize(("language", "code"), [("en-gb", "en"), ("de", "de"), ("zh-hans", "zh-cn"), ("hsb", "hsb")])
def test_google_news_wants_a_short_code(language: str, code: str) -> None:
    assert news_language(language) == code
