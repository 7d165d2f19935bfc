"""An article page is light, asks nobody else, and keeps still."""

import gzip

import pytest

from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import looked_at_once
from tests.factories import discussion
from tests.look import papers
from tests.look.browsing import PHOTOGRAPHS, Visit

MAX_BYTES = 100_000
MAX_REQUESTS = 12
MAX_SHIFT = 0.02
KINDS = {PHOTOGRAPHS: "photograph", ".woff2": "font"}
# What moves is counted from the first paint on, also while the reader scrolls to the foot.
SHIFTS = """() => { window.shifted = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true}); }"""

pytestmark = [pytest.mark.django_db, looked_at_once]


def compressed(address: str, body: bytes) -> int:
    """The weight on the wire: fonts are compressed already, the rest as gzip does it."""
    return len(body) if address.endswith(".woff2") else len(gzip.compress(body, 6))


def test_an_article_with_500_comments_weighs_less_than_100_kb_in_at_most_12_requests(
    visit: Visit, article: ArticlePage
) -> None:
    papers.appeal()
    discussion.many_published(article, 500)
    visit.to(f"/{article.address}/").wait_for_load_state("networkidle")
    asked = visit.without_photographs()
    weight = sum(compressed(address, visit.bodies[address]) for address in asked)
    assert f"/{article.address}/" in asked
    assert any(address.endswith("newsreader-text.woff2") for address in asked)
    assert any(address.endswith("paper.css") for address in asked)
    assert len(asked) <= MAX_REQUESTS, asked
    assert weight <= MAX_BYTES, {address: compressed(address, visit.bodies[address]) for address in asked}


@pytest.mark.parametrize(("width", "first"), [(390, "photograph"), (1440, "font")])
def test_on_a_telephone_no_font_is_asked_for_before_the_photograph(
    visit: Visit, article: ArticlePage, width: int, first: str
) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    for address in ("/", "/council/", f"/{article.address}/"):
        visit.to(address).wait_for_load_state("networkidle")
        kinds = [KINDS[kind] for asked in visit.asked for kind in KINDS if kind in asked]
        assert set(kinds) == {"photograph", "font"}, visit.asked
        assert kinds[0] == first, visit.asked


def test_no_page_requests_a_third_party(visit: Visit, article: ArticlePage) -> None:
    for name, address in papers.public_addresses(article).items():
        visit.to(address)
        assert not visit.elsewhere, name
        assert visit.asked, name


def test_the_content_security_policy_allows_all_that_a_page_needs(visit: Visit, article: ArticlePage) -> None:
    said: list[str] = []
    visit.page.on("console", lambda message: said.append(message.text))
    for address in papers.public_addresses(article).values():
        visit.to(address)
    assert [line for line in said if "Content Security Policy" in line] == []


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_after_the_first_paint(visit: Visit, article: ArticlePage, width: int) -> None:
    papers.argument(article)
    papers.appeal()
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.page.add_init_script(f"({SHIFTS})()")
    page = visit.to(f"/{article.address}/")
    for _ in range(20):
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(30)
    assert page.evaluate("window.scrollY") > 1000
    assert page.evaluate("window.shifted") <= MAX_SHIFT


def test_the_measure_holds_62_to_68_characters(visit: Visit, article: ArticlePage) -> None:
    page = visit.to(f"/{article.address}/")
    width, emails = page.evaluate(
        """() => { const p = document.querySelector(".body p"), probe = p.cloneNode();
           probe.style.cssText = "position:absolute;white-space:nowrap;inline-size:max-content;max-inline-size:none";
           probe.textContent = "The council will ask the region to help pay for two new boats, and nobody abstained.";
           p.after(probe);
           return [p.parentElement.querySelector("p").getBoundingClientRect().width,
                   probe.getBoundingClientRect().width / probe.textContent.length]; }"""
    )
    assert 62 <= width / emails <= 68
