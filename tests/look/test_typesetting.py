"""Headlines, tables and lists of pages as a compositor would set them."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import looked_at_once
from tests.factories import newsroom
from tests.look.browsing import Visit
from tests.look.papers import DAY

HEADLINE = "Brackwater win 3-2, and 5 Mio. € for “E-Mail & Co.”"
KEPT = ["3-2", "5 Mio. €", "E-Mail"]
RESULTS = {
    "data": [
        ["Club", "Points", "Change", "Note"],
        ["Quay", "1,240", "+2.5 %", ""],
        ["Elm", "7", "–", "fined 3 points"],
    ],
    "first_row_is_table_header": True,
    "table_header_choice": "row",
    "first_col_is_header": True,
    "cell": [{"row": 2, "col": 3, "className": "htCenter"}],
}
COLUMNS = range(12)
WIDE = {
    "data": [[f"Column number {number}" for number in COLUMNS], [f"{number}" for number in COLUMNS]] * 2,
    "table_header_choice": "neither",
}
# The distance of each link's first letter from the edge of its list.
INDENTS = """() => [...document.querySelectorAll(":is(.pages, .foot) li:first-child > a")].map((link) => {
  const words = document.createRange(), column = link.closest("main, footer").getBoundingClientRect();
  words.selectNodeContents(link);
  return Math.abs(words.getBoundingClientRect().left - column.left); })"""
# What stands out of the text's column, but for what scrolls in a frame of its own.
STICKING_OUT = """() => { const column = document.querySelector(".body").getBoundingClientRect();
  return [...document.querySelectorAll(".body *")].filter((element) => {
    const words = document.createRange();
    words.selectNodeContents(element);
    const box = (element.matches(".table, pre") ? element : words).getBoundingClientRect();
    return box.width && !element.closest(".table > *, pre > *, svg *")
      && (box.left < column.left - 1 || box.right > column.right + 1);
  }).map((element) => element.outerHTML.slice(0, 80)); }"""

pytestmark = [pytest.mark.django_db, looked_at_once]


def test_a_headline_and_a_deck_keep_short_pieces_wherever_they_stand(client: Client) -> None:
    article = newsroom.article(title=HEADLINE, deck=HEADLINE)
    for address, places in ((f"/{article.address}/", "h1, .deck"), ("/", ".headline, .deck")):
        page = BeautifulSoup(client.get(address).content, "lxml")
        for place in page.select(places):
            if place.get_text() == HEADLINE:
                assert [piece.get_text() for piece in place.select(".nobreak")] == KEPT
        assert sum(HEADLINE in place.get_text() for place in page.select(places)) >= 2


def test_the_title_of_the_page_and_the_feed_have_the_plain_headline(client: Client) -> None:
    article = newsroom.article(title=HEADLINE)
    page = BeautifulSoup(client.get(f"/{article.address}/").content, "lxml")
    assert page.title is not None
    assert page.title.get_text().startswith(HEADLINE)
    assert "nobreak" not in client.get("/feed/").content.decode()


def test_a_column_of_figures_is_marked_with_its_heading_and_its_empty_cells(client: Client) -> None:
    article = newsroom.article(body=[("table", RESULTS)])
    page = BeautifulSoup(client.get(f"/{article.address}/").content, "lxml")
    rows = [[cell.get("class") for cell in row.select("th, td")] for row in page.select(".table tr")]
    figures = [None, ["figure"], ["figure"], None]
    assert rows == [figures, figures, [*figures[:3], ["htCenter"]]]


def test_figures_stand_one_below_the_other(visit: Visit) -> None:
    article = newsroom.article(body=[("table", RESULTS)])
    page = visit.to(f"/{article.address}/")
    ends = page.evaluate(
        """() => [...document.querySelectorAll(".table tr")].map((row) => { const words = document.createRange();
           words.selectNodeContents(row.cells[1]); return Math.round(words.getBoundingClientRect().right); })"""
    )
    assert len(set(ends)) == 1
    assert page.evaluate("getComputedStyle(document.querySelector('td.figure')).fontVariantNumeric").endswith(
        "tabular-nums"
    )


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_stands_out_of_the_column_and_a_wide_table_scrolls_in_it(
    visit: Visit, article: ArticlePage, width: int
) -> None:
    article.body.append(("table", WIDE))
    article.save_revision().publish()
    visit.page.set_viewport_size({"width": width, "height": 800})
    page = visit.to(f"/{article.address}/")
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(
        "[...document.querySelectorAll('.table')].some((table) => table.scrollWidth > table.clientWidth)"
    )


@pytest.mark.parametrize("width", [390, 1440])
def test_the_first_link_of_a_list_stands_at_the_edge_of_the_column(visit: Visit, width: int) -> None:
    section = newsroom.section("Town")
    for day in (26, 27, 28):
        newsroom.article(section, DAY.replace(day=day))
    visit.page.set_viewport_size({"width": width, "height": 800})
    page = visit.to("/2026/03/27/")
    assert page.locator(".pages a").count() == 2
    indents = page.evaluate(INDENTS)
    assert len(indents) >= 2
    assert max(indents) <= 1
