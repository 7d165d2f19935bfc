"""A site that WordPress made and exported is imported, and compared page by page with what WordPress showed."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from lxml import html
from pytest_django import DjangoDbBlocker

from broadsheet.newsroom.models import ArticlePage
from tests.databases import kept_for_a_module
from tests.factories import newsroom
from tests.interchange.implied_addresses import implied
from tests.interchange.imports import run

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parents[1] / "wordpress"
SHOWN = json.loads((FOLDER / "site.json").read_text())
PAGES = {page["block"]: page for page in SHOWN["pages"]}
# Without the network, WordPress shows the URL of a video as text; the paper has a link to it.
NOT_SHOWN = {"embed": {"123456789"}}
BLOCK = re.compile(r"</(p|h\d|li|td|th|figcaption|blockquote|cite|div|pre|summary|a|figure)>")


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The paper after the import of the site with its pictures, in the zone of the old site."""
    uploads = tmp_path_factory.mktemp("uploads")
    (uploads / "2021/03").mkdir(parents=True)
    for name in ("boat", "quay"):
        (uploads / f"2021/03/{name}.jpg").write_bytes(newsroom.picture_bytes())

    def make() -> Path:
        newsroom.paper(time_zone="Europe/Helsinki")
        run(FOLDER / "site.xml", "--media", str(uploads))
        return FOLDER / "site.xml"

    with kept_for_a_module(django_db_blocker, make) as made:
        yield made


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def content_at(address: str) -> bytes:
    """Return the content to which an address of the old site leads."""
    answer = Client().get(path_of(address), follow=True)
    assert answer.status_code == 200, address
    assert all(status == 301 for _, status in answer.redirect_chain)
    return answer.getvalue()


def page_at(address: str) -> Any:
    """Return the page to which an address of the old site leads."""
    return html.fromstring(BLOCK.sub(r"\g<0> ", content_at(address).decode()))


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("block", PAGES)
def test_a_page_has_every_word_and_link_that_wordpress_showed(block: str) -> None:
    shown = PAGES[block]
    page = page_at(shown["address"])
    here = words(page.text_content())
    expected = words(" ".join([shown["title"], *shown["words"], *shown["comments"]]))
    missing = set(expected - here) - NOT_SHOWN.get(block, set())
    assert missing == set()
    links = set(page.xpath("//main//a/@href"))
    outward = {link for link in shown["links"] if link.startswith("http")}
    assert outward - links == set()
    if block not in {"page", "child"}:
        assert shown["author"] in page.text_content()


@pytest.mark.usefixtures("site")
def test_every_address_that_wordpress_named_leads_to_a_page() -> None:
    for address in SHOWN["addresses"]:
        if "/wp-content/uploads/" in address:  # the file itself lies in the folder of another test
            assert Client().get(path_of(address)).status_code == 301, address
        else:
            assert content_at(address)


def test_every_address_that_its_export_implies_leads_to_a_page(site: Path) -> None:
    for paths in implied(site).values():
        for path in paths:
            assert Client().get(path).status_code in {200, 301}, path


@pytest.mark.usefixtures("site")
def test_dated_addresses_are_those_of_the_old_site() -> None:
    old = {path_of(page["address"]).strip("/") for page in SHOWN["pages"]}
    assert {article.address[:10] for article in ArticlePage.objects.all()} == {
        path[:10] for path in old if path[:1].isdigit()
    }
