"""Everybody can read and use every page: with a screen reader, at any width, with a thumb, in the dark."""

from pathlib import Path
from subprocess import run
from typing import Any

import pytest

from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import looked_at_once
from tests.look import papers
from tests.look.browsing import Visit

WIDTHS = (390, 768, 1440)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASK_AXE = """async (tags) => (await axe.run(document, {runOnly: tags})).violations.map(
  (found) => found.id + ": " + found.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(" | "))"""
# Links within a sentence may be as high as its line; the label of a button is part of it.
# Everything else has room for a fingertip (WCAG 2.5.8).
SMALL_TARGETS = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((target) => !target.closest("p, dd, .skip, address, .teaser, .excerpt, [aria-hidden], .headline, label"))
  .map((target) => [target.outerHTML.slice(0, 120), target.getBoundingClientRect()])
  .filter(([, box]) => box.height && Math.min(box.width, box.height) < 23.9).map(([html]) => html)"""

pytestmark = [pytest.mark.django_db, looked_at_once]


def violations(visit: Visit, address: str, axe: str) -> Any:
    page = visit.to(address)
    page.evaluate(axe)
    return page.evaluate(ASK_AXE, RULES)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_public_page(visit: Visit, article: ArticlePage, axe_source: str, scheme: Any) -> None:
    visit.page.emulate_media(color_scheme=scheme)
    for name, address in papers.public_addresses(article).items():
        assert violations(visit, address, axe_source) == [], name


def test_axe_finds_nothing_on_the_form_with_errors(visit: Visit, article: ArticlePage, axe_source: str) -> None:
    page = visit.to(papers.public_addresses(article)["write"])
    page.get_by_label("Email", exact=True).fill("nobody")
    page.get_by_role("button", name="Submit comment").click()
    page.evaluate(axe_source)
    assert page.get_by_role("alert").count() == 1
    assert page.evaluate(ASK_AXE, RULES) == []


def test_axe_finds_nothing_at_the_desk(desk_visit: Visit, article: ArticlePage, axe_source: str) -> None:
    for name, address in papers.desk_addresses(article).items():
        assert violations(desk_visit, address, axe_source) == [], name


def test_every_page_fits_every_width(visit: Visit, article: ArticlePage) -> None:
    addresses = papers.public_addresses(article)
    for name, address in addresses.items():
        page = visit.to(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


def test_every_control_is_large_enough_to_touch(visit: Visit, article: ArticlePage) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 800})
    for name, address in papers.public_addresses(article).items():
        assert visit.to(address).evaluate(SMALL_TARGETS) == [], name


def test_every_control_at_the_desk_is_large_enough_to_touch(desk_visit: Visit, article: ArticlePage) -> None:
    for name, address in papers.desk_addresses(article).items():
        assert desk_visit.to(address).evaluate(SMALL_TARGETS) == [], name


def test_the_first_tab_stop_skips_the_masthead(visit: Visit, article: ArticlePage) -> None:
    page = visit.to(f"/{article.address}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_page_is_valid_html(
    visit: Visit, desk_visit: Visit, article: ArticlePage, java_vnu: list[str], tmp_path: Path
) -> None:
    written = 0
    for here, addresses in ((visit, papers.public_addresses(article)), (desk_visit, papers.desk_addresses(article))):
        for name, address in addresses.items():
            body = here.client.get(address, headers={"host": "paper.example"}).content
            (tmp_path / f"{name.replace(' ', '-')}.html").write_bytes(body)
            written += 1
    files = sorted(map(str, tmp_path.glob("*.html")))
    checked = run([*java_vnu, "--errors-only", *files], capture_output=True, text=True, check=False)
    assert len(files) == written
    assert checked.returncode == 0, checked.stderr
