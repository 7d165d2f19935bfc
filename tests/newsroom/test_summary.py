"""An article without a deck is described by the first sentence of its text, in feeds and heads alike."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import newsroom

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        (
            "<p>The <b>tide</b> &amp; the ferry came in early. Nobody had waited.</p>",
            "The tide & the ferry came in early.",
        ),
        ("<p>St. Ives is open again, at last. More.</p>", "St. Ives is open again, at last."),
        ("<p>港に鳥がいる。人もいる。</p>", "港に鳥がいる。"),
        ("<p>No sentence ends<br>here</p>", "No sentence ends here"),
        ("<p>" + "word " * 100 + "</p>", ("word " * 40)[:199].rstrip() + "…"),
    ],
)
def test_the_first_sentence_stands_for_a_deck(text: str, summary: str) -> None:
    article = newsroom.article(newsroom.section("Harbour"), deck="", body=[("subhead", "Head"), ("paragraph", text)])
    assert article.summary == summary


def test_a_deck_goes_before_the_text_and_the_headline_stands_in_for_both() -> None:
    harbour = newsroom.section("Harbour")
    assert newsroom.article(harbour, deck="Deck.").summary == "Deck."
    bare: Any = newsroom.article(harbour, deck="", body=[])
    assert bare.summary == bare.title


def test_feeds_and_heads_are_never_empty(django_assert_max_num_queries: Any) -> None:
    harbour = newsroom.section("Harbour")
    text = [("paragraph", "<p>The tide came in early today. Nobody had waited.</p>")]
    articles = [newsroom.article(harbour, deck="", body=text) for _ in range(3)]
    page = Client().get(articles[0].get_absolute_url()).content.decode()
    for name in ('name="description"', 'property="og:description"'):
        assert f'<meta {name} content="The tide came in early today.">' in page
    assert '"description": "The tide came in early today."' in page.replace('":"', '": "')
    with django_assert_max_num_queries(12):
        feed = Client().get("/feed/").content.decode()
    assert feed.count("<description>The tide came in early today.</description>") == 3
