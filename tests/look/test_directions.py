"""A paper that is written from right to left is the mirror of one written from left to right."""

import re
from pathlib import Path

import pytest

from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import looked_at_once
from tests.factories import newsroom
from tests.look import papers
from tests.look.browsing import Visit

STYLES = sorted((Path(__file__).parents[2] / "broadsheet/static/css").glob("*.css"))
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding|inset)-(?:left|right|top|bottom)[\w-]*"
    r"|left|right|top|bottom|border-(?:top|bottom)-(?:left|right)-radius|(?:min-|max-)?(?:width|height))\s*:"
    r"|(?<![\w-])(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)
EDGES = """(selectors) => selectors.map((selector) => {
  const box = document.querySelector(selector).getBoundingClientRect();
  return [Math.round(box.left), Math.round(document.documentElement.clientWidth - box.right)]; })"""
WORDS_END = """(selectors) => selectors.map((selector) => { const words = document.createRange();
  words.selectNodeContents(document.querySelector(selector)); return words.getBoundingClientRect().right; })"""
PARTS = [
    ".story-head .headline",
    ".rail",
    ".body > p",
    ".body .quote",
    ".column-of-readers > header",
    ".writing",
    ".name",
]


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_no_style_names_a_side_of_the_screen(style: Path) -> None:
    declarations = re.sub(r"/\*.*?\*/|@(?:media|container)[^{]*", "", style.read_text(), flags=re.DOTALL)
    assert PHYSICAL.findall(declarations) == []


@looked_at_once
@pytest.mark.django_db
@pytest.mark.parametrize("width", [390, 1440])
def test_a_page_from_right_to_left_is_the_mirror_of_one_from_left_to_right(
    visit: Visit, article: ArticlePage, width: int
) -> None:
    papers.argument(article)
    visit.page.set_viewport_size({"width": width, "height": 800})
    english = visit.to(f"/{article.address}/").evaluate(EDGES, PARTS)
    page = visit.page
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part, (left, right), (start, end) in zip(PARTS, english, page.evaluate(EDGES, PARTS), strict=True):
        assert abs(left - end) <= 2, part
        assert width < 1000 or abs(right - start) <= 2, part


@looked_at_once
@pytest.mark.django_db
@pytest.mark.parametrize("width", [390, 1440])
def test_a_persian_article_begins_at_the_right_edge_of_its_column(visit: Visit, width: int) -> None:
    body = [("paragraph", "<p>پل ساخته نمی‌شود.</p>"), ("table", {"data": [["قایق", "۱۲"], ["پل", "۷"]]})]
    article = newsroom.article(
        slug="bridge", title="شورا پل را کنار گذاشت", deck="کشتی می‌ماند.", language="fa", body=body
    )
    visit.page.set_viewport_size({"width": width, "height": 800})
    page = visit.to(f"/{article.address}/")
    ends = page.evaluate(WORDS_END, [".headline", ".deck", ".body > p"])
    column = page.evaluate("document.querySelector('.body').getBoundingClientRect().right")
    assert [abs(end - column) <= 2 for end in ends] == [True, True, True]
    directions = "(selector) => getComputedStyle(document.querySelector(selector)).direction"
    assert [page.evaluate(directions, part) for part in (".body", ".rail", ".masthead")] == ["rtl", "ltr", "ltr"]
    figures = page.evaluate(WORDS_END, ["tr:first-child td.figure", "tr:last-child td.figure"])
    assert abs(figures[0] - figures[1]) <= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
