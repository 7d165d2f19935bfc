"""A printed article is a cutting: what was written, and where and when it appeared."""

import re
from pathlib import Path
from subprocess import run

import pytest
from django.conf import LazySettings

from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import looked_at_once
from tests.conftest import borrow
from tests.factories import discussion, newsroom
from tests.look import papers
from tests.look.browsing import Visit

SUBHEADS = [f"Subheading {number}" for number in range(24)]

pytestmark = [pytest.mark.django_db, looked_at_once]


@pytest.fixture
def printed(visit: Visit, tmp_path: Path) -> "Printer":
    borrow("pdftotext")
    return Printer(visit, tmp_path / "printed.pdf")


class Printer:
    """Prints pages of the paper, and returns the lines on each sheet."""

    def __init__(self, visit: Visit, file: Path) -> None:
        self.visit = visit
        self.file = file

    def sheets(self, address: str) -> list[list[str]]:
        """The lines of words on each sheet of A4."""
        page = self.visit.to(address)
        page.emulate_media(media="print", color_scheme="dark")
        page.pdf(path=self.file, format="A4")
        text = run(["pdftotext", "-layout", self.file, "-"], capture_output=True, text=True, check=True).stdout
        return [
            [line.strip() for line in sheet.splitlines() if line.strip()] for sheet in text.split("\f") if sheet.strip()
        ]


def test_a_printed_article_has_its_address_and_date_and_no_furniture(
    printed: Printer, article: ArticlePage, settings: LazySettings
) -> None:
    papers.argument(article)
    papers.appeal()
    discussion.terms()
    newsroom.article(article.section, papers.DAY, title="Another story", slug="another")
    sheets = printed.sheets(f"/{article.address}/")
    words = " ".join(line for sheet in sheets for line in sheet)
    assert f"{settings.BASE_URL}/{article.address}/" in words.replace(" ", "")
    for shown in ("28 March 2026", "Leila Farrow", "538,000", "Harbour Alliance", papers.FILM):
        assert shown in words, shown
    for hidden in (
        "Search",
        "Keep the lamp lit",
        "Another story",
        "Submit comment",
        "Then wear a coat",
        "Write a comment",
    ):
        assert hidden not in words, hidden


def test_no_heading_stands_at_the_foot_of_a_sheet(printed: Printer) -> None:
    paragraph = "<p>" + "The council will ask the region to help pay for two new boats. " * 7 + "</p>"
    body = [block for subhead in SUBHEADS for block in (("subhead", subhead), ("paragraph", paragraph))]
    article = newsroom.article(body=body)
    sheets = printed.sheets(f"/{article.address}/")
    last = [[line for line in sheet if not re.fullmatch(r"\d+ ?/ ?\d+", line)][-1] for sheet in sheets]
    assert len(sheets) >= 3
    assert not set(last) & set(SUBHEADS), last


def test_the_comments_are_printed_from_their_own_page(printed: Printer, article: ArticlePage) -> None:
    papers.argument(article)
    (address,) = [at for name, at in papers.public_addresses(article).items() if name == "column"]
    words = " ".join(line for sheet in printed.sheets(address) for line in sheet)
    assert "Then wear a coat." in words
    assert "Reply" not in words
