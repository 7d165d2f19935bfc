"""Search finds what an editor would expect, in that order, and nothing that a visitor types can break it."""

from datetime import UTC, date, datetime
from html import escape
from string import punctuation
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.search.backends import get_search_backend
from wagtail.search.models import IndexEntry

from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.search import index
from broadsheet.newsroom.search.index import Scope, find
from broadsheet.newsroom.search.terms import terms_of
from tests.factories.newsroom import article, author, draft, section

pytestmark = pytest.mark.django_db

DAY = datetime(2019, 3, 28, 12, tzinfo=UTC)
ENTRIES = IndexEntry._meta.db_table


def look_for(client: Client, words: str, address: str = "/search/", **limits: str) -> Any:
    return client.get(f"{address}?{urlencode({'q': words, **limits})}")


def titles(answer: Any) -> list[str]:
    return [found.article.title for found in answer.context["results"]]


@pytest.fixture
def harbour() -> Any:
    return section("Harbour")


def test_a_word_in_the_headline_counts_more_than_in_the_deck_and_that_more_than_in_the_body(
    harbour: Any, client: Client
) -> None:
    filling = "The tide was out and nobody minded. " * 30
    article(harbour, DAY, title="Nothing new", deck="Nothing.", body="anchor " * 40)
    article(harbour, DAY, title="A find", deck="An anchor was found.", body=filling)
    article(harbour, DAY, title="Anchor found", deck="It is old.", body=filling)
    article(harbour, DAY, title="Late news", deck="Nothing.", body=f"{filling} An anchor was found.")
    assert titles(look_for(client, "anchor")) == ["Anchor found", "A find", "Nothing new", "Late news"]


def test_of_equal_matches_the_latest_comes_first(harbour: Any, client: Client) -> None:
    for year in (2017, 2019, 2018):
        article(harbour, DAY.replace(year=year), title="Ferry stops", slug=f"ferry-{year}", body="No wind.")
    found = look_for(client, "ferry").context["results"]
    assert [result.article.published_at.year for result in found] == [2019, 2018, 2017]


def test_all_words_must_occur_in_any_order(harbour: Any, client: Client) -> None:
    article(harbour, DAY, title="Ferry stops", body="There was a gale.")
    article(harbour, DAY, title="Ferry sails", body="There was no wind.")
    assert titles(look_for(client, "gale ferry")) == ["Ferry stops"]
    assert look_for(client, "gale ferry tide").context["total"] == 0


def test_a_word_matches_at_the_beginning_of_words_only(harbour: Any, client: Client) -> None:
    article(harbour, DAY, title="Harbourmaster resigns")
    article(harbour, DAY, title="Oldharbour elects")
    assert titles(look_for(client, "harbour")) == ["Harbourmaster resigns"]
    assert titles(look_for(client, "HARBOURM")) == ["Harbourmaster resigns"]


def test_whole_words_rank_before_longer_ones(harbour: Any, client: Client) -> None:
    article(harbour, DAY, title="Ferryman retires", slug="a", body="He is old.")
    article(harbour, DAY.replace(year=2018), title="Ferry retires", slug="b", body="It is old.")
    assert titles(look_for(client, "ferry")) == ["Ferry retires", "Ferryman retires"]


@pytest.mark.parametrize("quotes", ['"{}"', "“{}”", "„{}“", '"{}'])
def test_quotation_marks_search_for_a_phrase(quotes: str, harbour: Any, client: Client) -> None:
    article(harbour, DAY, title="Low tide", body="Mud.")
    article(harbour, DAY, title="Tide low", body="More mud.")
    assert titles(look_for(client, quotes.format("low tide"))) == ["Low tide"]
    assert len(titles(look_for(client, "low tide"))) == 2


def test_the_name_in_the_byline_the_kicker_and_the_place_are_found(harbour: Any, client: Client) -> None:
    made = article(
        harbour, DAY, byline=[author("Wilhelmina Quist")], kicker="Dredging", place="Brackwater", title="Slow news"
    )
    made.save_revision().publish()
    for words in ["Quist", "dredging", "brackwater"]:
        assert titles(look_for(client, words)) == ["Slow news"], words


def test_drafts_and_unpublished_articles_are_never_found(harbour: Any, client: Client) -> None:
    draft(harbour, title="Anchor in a draft")
    taken = article(harbour, DAY, title="Anchor taken down")
    taken.unpublish()
    changed = article(harbour, DAY, title="Something else")
    changed.title = "Anchor in a later draft"
    changed.save_revision()
    assert look_for(client, "anchor").context["total"] == 0


def test_only_articles_are_found(harbour: Any, client: Client) -> None:
    author("Anchor Harbour")
    assert look_for(client, "harbour").context["total"] == 0


def test_a_search_is_narrowed_by_section_and_days(harbour: Any, client: Client) -> None:
    town = section("Town")
    article(harbour, DAY, title="Anchor in the harbour")
    article(town, DAY.replace(year=2018), title="Anchor in town")
    assert titles(look_for(client, "anchor", section="town")) == ["Anchor in town"]
    assert titles(look_for(client, "anchor", since="2019-03-28")) == ["Anchor in the harbour"]
    assert titles(look_for(client, "anchor", until="2019-03-27")) == ["Anchor in town"]
    assert look_for(client, "anchor", since="2018-04-01", until="2019-03-27").context["total"] == 0
    assert ArticlePage.objects.filter(edition_date=date(2019, 3, 28)).count() == 1


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"since": "2019-04-01", "until": "2019-03-01"}, "The end date is before the start date."),
        ({"since": "yesterday"}, "Enter a valid date"),
        ({"section": "nowhere"}, "Select a valid choice"),
        ({"q": "tide " * 100}, "at most 200 characters"),
    ],
)
def test_an_invalid_limit_is_reported_at_its_field(
    limits: dict[str, str], words: str, harbour: Any, client: Client
) -> None:
    answer = look_for(client, limits.pop("q", "anchor"), **limits)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_results_are_paginated(harbour: Any, client: Client) -> None:
    for number in range(21):
        article(harbour, DAY, title=f"Tide {number}", slug=f"tide-{number}")
    assert look_for(client, "tide").context["total"] == 21
    assert len(titles(look_for(client, "tide"))) == 20
    assert len(titles(look_for(client, "tide", "/search/page/2/"))) == 1


def test_an_empty_query_shows_the_form_without_results(client: Client) -> None:
    for words in ["", "   ", '""', "—", "*"]:
        answer = look_for(client, words)
        assert answer.status_code == 200
        assert "results" not in answer.context


# Words that very many articles have -----------------------------------------------------------------------------------


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that ranks three articles."""
    monkeypatch.setattr(index, "MAX_RANKED", 3)


def years(harbour: Any, *these: int, title: str = "Tide", **said: Any) -> None:
    for year in these:
        article(harbour, DAY.replace(year=year), title=f"{title} {year}", slug=f"{title}-{year}".lower(), **said)


@pytest.mark.usefixtures("narrow")
def test_of_too_many_matches_the_newest_are_ranked(harbour: Any, client: Client) -> None:
    years(harbour, 2012, 2018, 2010, 2016, 2014)  # written in another order than they came out
    years(harbour, 2017, title="Mud", body="The tide was out.")
    years(harbour, 2019, title="Mud", body="Nothing.")
    draft(harbour, title="Tide in a draft")
    article(harbour, DAY, title="Tide taken down").unpublish()
    answer = look_for(client, "tide")
    assert titles(answer) == ["Tide 2018", "Tide 2016", "Mud 2017"]
    assert not answer.context["is_complete"]
    assert shown(answer).select_one("#found").text == "More than 3 articles"  # type: ignore[union-attr]
    assert "The newest 3 are shown." in shown(answer).select_one("#found + p").text  # type: ignore[union-attr]


@pytest.mark.usefixtures("narrow")
def test_exactly_the_ranked_number_of_matches_is_complete(harbour: Any, client: Client) -> None:
    years(harbour, 2012, 2018, 2010)
    years(harbour, 2019, title="Mud")
    answer = look_for(client, "tide")
    assert titles(answer) == ["Tide 2018", "Tide 2012", "Tide 2010"]
    assert shown(answer).select_one("#found").text == "3 articles"  # type: ignore[union-attr]
    assert not shown(answer).select("#found + p")


@pytest.mark.usefixtures("narrow")
def test_a_combination_of_frequent_words_is_found(harbour: Any, client: Client) -> None:
    years(harbour, *range(2010, 2019), body="Mud.")
    years(harbour, 2008, 2009, body="Mud and an anchor.")
    assert titles(look_for(client, "tide anch")) == ["Tide 2009", "Tide 2008"]
    assert titles(look_for(client, 'ti "mud and an"')) == ["Tide 2009", "Tide 2008"]
    assert titles(look_for(client, "mud tid")) == ["Tide 2018", "Tide 2017", "Tide 2016"]
    assert titles(look_for(client, '"tide 2012" mud')) == ["Tide 2012"]


@pytest.mark.usefixtures("narrow")
def test_a_frequent_word_is_narrowed_by_section_and_days(harbour: Any, client: Client) -> None:
    years(harbour, *range(2010, 2019))
    article(section("Town"), DAY.replace(year=2009), title="Tide in town")
    town = look_for(client, "tide", section="town")
    assert titles(town) == ["Tide in town"]
    assert town.context["is_complete"]
    assert titles(look_for(client, "tide", until="2012-12-31")) == ["Tide 2012", "Tide 2011", "Tide 2010"]
    assert titles(look_for(client, "tide", since="2017-01-01")) == ["Tide 2018", "Tide 2017"]


def test_the_last_page_ends_with_the_last_ranked_match(
    harbour: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MAX_RANKED", 21)
    for number in range(23):
        article(harbour, DAY, title=f"Tide {number}", slug=f"tide-{number}")
    assert look_for(client, "tide").context["total"] == 21
    assert titles(look_for(client, "tide", "/search/page/2/")) == ["Tide 2"]
    assert look_for(client, "tide", "/search/page/3/").status_code == 404


# Words with signs in them ---------------------------------------------------------------------------------------------

SIGNED = [
    ("Version 0.7.6 is out", ["0.7.6", '"0.7.6"', "7", '"7.6"', "0.7"]),
    ("Write to foo.example.org", ["foo.example.org", '"foo.example.org"', "example", "example.or", "example.org"]),
    ("The e-mail has no end", ["e-mail", '"e-mail"', "mail", "E-MAI", '"e mail"']),
    ("Wages and/or bread", ["and/or", '"and/or"', "or bread", '"or bread"']),
    ("Covid-19 in 2019-2020", ["covid 19", "covid-19", '"covid 19"', "2020", '"2019-2020"']),
    ("On 28/03/2019 at 10.30", ["28/03/2019", "03/2019", '"28 03"', "10:30", "30"]),
    ("AC/DC play at -5 degrees", ["dc", "AC/DC", "-5", "5", '"at 5"']),
    ("desk@courant.example answers", ["courant", "desk@courant.example", '"desk courant"']),
    ("See https://a.example/tide?day=2#now", ["tide", "day", "2", "now", '"day 2 now"', "https"]),
    ("The U.S. R&amp;D of <b>rope</b>", ["s", "u.s", "amp", "r&amp;d", '"b rope b"']),
]


@pytest.mark.exhaustive
@pytest.mark.parametrize(("written", "questions"), SIGNED)
@pytest.mark.parametrize("place", ["title", "body"])
def test_a_word_is_found_beside_any_punctuation(
    written: str, questions: list[str], place: str, harbour: Any, client: Client
) -> None:
    text = escape(written) if place == "body" else written
    article(harbour, DAY, **{"title": "Slow news", "slug": "slow", place: text})
    for question in questions:
        assert look_for(client, question).context["total"] == 1, question


@pytest.mark.parametrize("question", ["0.76", "9.7.6", '"6.7.0"', "xample.org", '"example.or"', "foo.example.com"])
def test_a_word_with_punctuation_finds_only_itself(question: str, harbour: Any, client: Client) -> None:
    article(harbour, DAY, title="Version 0.7.6 of foo.example.org", body="Mud.")
    assert look_for(client, question).context["total"] == 0


SIGNS = [*punctuation, " - ", "://", "...", "–", "’", "\u00a0"]


@pytest.mark.exhaustive
def test_any_punctuation_separates_words_and_numbers(harbour: Any) -> None:
    """For both databases: each side is found alone, by its beginning, and with the other in a row."""
    pairs = {sign: [(f"left{n}x", f"right{n}x"), (f"{1000 + n}", f"{2000 + n}")] for n, sign in enumerate(SIGNS)}
    text = " ".join(sign.join(pair) for sign, both in pairs.items() for pair in both)
    number = article(harbour, DAY, body=escape(text)).pk
    for sign, (one, other) in ((sign, pair) for sign, both in pairs.items() for pair in both):
        for question in [one, other, other[:-1], f'"{one} {other}"', sign.join([one, other]), f'"{one}-{other}"']:
            assert find(terms_of(question), Scope()).keys == [number], (sign, question)
        assert not find(terms_of(f'"{other} {one}"'), Scope()).keys, sign


def test_a_part_of_a_host_counts_in_the_headline_more_than_in_the_deck_and_that_more_than_in_the_body(
    harbour: Any, client: Client
) -> None:
    article(harbour, DAY, title="Nothing new", deck="Nothing.", body="See tide.anchor.example. " * 40)
    article(harbour, DAY, title="A find", deck="See tide.anchor.example.", body="Mud.")
    article(harbour, DAY, title="See tide.anchor.example", deck="It is old.", body="Mud.")
    assert titles(look_for(client, "anchor")) == ["See tide.anchor.example", "A find", "Nothing new"]


# Highlighting --------------------------------------------------------------------------------------------------------


def shown(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def test_the_words_are_marked_in_headline_and_excerpt(harbour: Any, client: Client) -> None:
    article(harbour, DAY, title="Ferry stops", deck="A gale blows.", body="Ferries wait; no ferry sails.")
    answer = look_for(client, "ferr gale")
    assert [mark.text for mark in shown(answer).select("mark")] == ["Ferry", "gale", "Ferries", "ferry"]


def test_the_excerpt_surrounds_the_first_match(harbour: Any, client: Client) -> None:
    before, after = "The tide was out. " * 40, "Nobody minded it. " * 40
    article(harbour, DAY, title="Slow news", deck="", body=f"{before} Then an anchor was found. {after}")
    excerpt = look_for(client, "anchor").context["results"][0].excerpt
    assert excerpt.startswith("… ")
    assert excerpt.endswith(" …")
    assert "Then an <mark>anchor</mark> was found." in excerpt
    assert len(excerpt) < 300


def test_accents_do_not_prevent_highlighting(harbour: Any, client: Client) -> None:
    article(harbour, DAY, title="Café Zürich closes", body="It was the last café.")
    assert [mark.text for mark in shown(look_for(client, "café")).select("mark")] == ["Café", "café"]


def test_results_escape_the_text_of_articles(harbour: Any, client: Client) -> None:
    article(
        harbour,
        DAY,
        title="<b>Anchor</b> & <script>alert(1)</script>",
        deck="<img src=x onerror=alert(1)> anchor <mark>",
    )
    page = shown(look_for(client, "anchor"))
    assert [mark.text for mark in page.select(".results mark")] == ["Anchor", "anchor"]
    assert not page.select(".results script, .results img, .results b")


# What visitors type --------------------------------------------------------------------------------------------------

HOSTILE = [
    '"', "'", '""', '"tide', "tide*", "*", "tide AND", "AND", "OR", "NOT tide", "NEAR(tide sea)", "title:tide",
    "-tide", "^tide", "tide + sea", "(tide", "tide)", "{tide}", "tide:*", "tide & !sea", "tide <-> sea", "a\\",
    "\\'", "%s", "%(x)s", "{0}", "tide\0sea", "\0", "\ud800", "ﬁne", "ǅ", "ß", "²", "ق", "🜨",
    "<script>alert(1)</script>", "'; DROP TABLE x; --", "a" * 10_000, "a b " * 2_500, '"' * 10_000, "\n\r\t",
    "İstanbul", "\u202etide", "tide" + "\u0301" * 50, "_", "__", "a_b",
]  # fmt: skip


@pytest.mark.exhaustive
@pytest.mark.parametrize("words", HOSTILE)
def test_no_input_breaks_the_search(words: str, harbour: Any, client: Client) -> None:
    article(harbour, DAY, title=f"Tide {words}"[:200].replace("\0", "").encode("utf-8", "ignore").decode())
    answer = client.get("/search/?" + urlencode({"q": words}, errors="surrogatepass"))
    assert answer.status_code == 200
    assert not shown(answer).select(".results script")


def test_the_query_is_escaped_on_the_page(client: Client) -> None:
    page = shown(look_for(client, '"><script>alert(1)</script>'))
    assert page.select_one("input[name=q]")["value"] == '"><script>alert(1)</script>'  # type: ignore[index]


def test_an_article_is_indexed_without_reading_the_other_entries(
    harbour: Any,
) -> None:
    written = article(harbour, DAY, title="Ferry stops")
    for again in (False, True):
        with CaptureQueriesContext(connection) as asked:
            get_search_backend().add(written)
        found = [
            one["sql"] for one in asked if f'FROM "{ENTRIES}"' in one["sql"] or f'UPDATE "{ENTRIES}"' in one["sql"]
        ]
        assert found, again
        assert [sql for sql in found if '"object_id"' not in sql and "LIMIT" not in sql] == []


def test_the_title_norm_is_relative_to_the_latest_entries(harbour: Any) -> None:
    long, short = article(harbour, DAY, title="Ferry stops at the old quay again"), article(harbour, DAY, title="Ferry")
    assert norm_of(short) > 1 > norm_of(long)
    IndexEntry.objects.filter(object_id=str(long.pk)).update(title_norm=1)
    get_search_backend().add(short)
    assert norm_of(long) == 1, "what was not written is left alone"
    call_command("update_index", verbosity=0)
    assert norm_of(short) > 1 > norm_of(long)


def norm_of(one: ArticlePage) -> float:
    return float(IndexEntry.objects.get(object_id=str(one.pk)).title_norm)
