"""The paper's own face sets its words: on a telephone's first page too, in italics, and in Polish and Vietnamese."""

from collections import Counter

import pytest
from playwright.sync_api import Page

from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import looked_at_once
from tests.factories import newsroom
from tests.look.browsing import Visit

SET_IN_OUR_FACE = ".name, .story-head .headline, .story-head .deck, .body p, .body i, .body b, .teaser .headline"
POLISH = "<p>Zażółć <i>gęślą jaźń</i> i <b>łódź</b>; în șase țări.</p>"
VIETNAMESE = "<p>Tiếng Việt <i>được đọc</i> ở <b>nhiều nước</b>, đây.</p>"

pytestmark = [pytest.mark.django_db, looked_at_once]


def faces(page: Page, selector: str) -> Counter[str]:
    """The faces in which a browser has drawn the elements, each with its number of glyphs."""
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    page.wait_for_timeout(200)
    wire = page.context.new_cdp_session(page)
    wire.send("DOM.enable")
    wire.send("CSS.enable")
    root = wire.send("DOM.getDocument")["root"]["nodeId"]
    found = wire.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
    assert found, selector
    drawn: Counter[str] = Counter()
    for node in found:
        for font in wire.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
            drawn[font["familyName"] if font["isCustomFont"] else f"{font['familyName']} (not ours)"] += font[
                "glyphCount"
            ]
    return drawn


@pytest.mark.parametrize("width", [390, 1440])
def test_the_first_page_that_a_reader_opens_is_in_the_papers_face(
    visit: Visit, article: ArticlePage, width: int
) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    drawn = faces(visit.to(f"/{article.address}/"), SET_IN_OUR_FACE)
    assert drawn
    assert all(name.startswith("Newsreader") for name in drawn), drawn


@pytest.mark.parametrize(("text", "language"), [(POLISH, "pl"), (VIETNAMESE, "vi")])
def test_words_of_other_languages_stay_in_one_face(visit: Visit, text: str, language: str) -> None:
    article = newsroom.article(title="Đường łódź", language=language, body=[("paragraph", text)])
    drawn = faces(visit.to(f"/{article.address}/"), ".body p, .story-head .headline")
    assert drawn
    assert all(name.startswith("Newsreader") for name in drawn), drawn
