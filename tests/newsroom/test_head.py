"""What an article tells machines about itself: true, absolute, and never able to end its script element."""

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client
from PIL import Image

from broadsheet.core.initial_image import initial_image
from broadsheet.newsroom.models import ArticlePage, Photo
from tests.factories.newsroom import article, author, jpeg_file, paper, photo, section

pytestmark = pytest.mark.django_db

DAY = datetime(2019, 3, 29, 2, 30, tzinfo=UTC)


@pytest.fixture
def harbour() -> Any:
    paper(name="Courant", time_zone="America/Bogota", tagline="News of the tide")
    return section("Harbour", description="Ships and tides.")


def read(client: Client, made: ArticlePage) -> BeautifulSoup:
    return BeautifulSoup(client.get(made.get_absolute_url()).content, "html.parser")


def described(page: BeautifulSoup) -> dict[str, Any]:
    (script,) = page.select('script[type="application/ld+json"]')
    found: dict[str, Any] = json.loads(script.string or "")
    return found


def meta(page: BeautifulSoup, name: str) -> list[str]:
    return [str(found["content"]) for found in page.select(f'meta[property="{name}"], meta[name="{name}"]')]


def test_an_article_describes_itself_as_news(harbour: Any, client: Client) -> None:
    made = article(
        harbour,
        DAY,
        title="Dredger",
        slug="dredger",
        byline=[author("Ada Lindqvist")],
        lead_image=photo(size=(1800, 1350)),
        lead_alt="A ship",
    )
    told = described(read(client, made))
    assert told["@type"] == "NewsArticle"
    assert told["headline"] == "Dredger"
    assert told["mainEntityOfPage"] == "http://paper.example/2019/03/28/dredger/"
    assert told["datePublished"] == "2019-03-28T21:30:00-05:00"
    assert datetime.fromisoformat(told["dateModified"]) >= DAY
    person = {"@type": "Person", "name": "Ada Lindqvist", "url": "http://paper.example/authors/ada-lindqvist/"}
    assert told["author"] == [person]
    assert told["publisher"]["name"] == "Courant"
    assert [size(client, address) for address in told["image"]] == [(1200, 675), (1200, 900), (1200, 1200)]


def size(client: Client, address: str) -> tuple[int, int]:
    assert address.startswith("http://paper.example/images/")
    answer = client.get(address.removeprefix("http://paper.example"))
    with Image.open(BytesIO(b"".join(answer.streaming_content))) as picture:  # type: ignore[attr-defined]
        return picture.size


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    '"}, "x": {"',
    "\u2028tide\u2029",
    "a & b",
    "\\u003C/script>",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_no_headline_name_or_place_can_end_the_script_element(words: str, harbour: Any, client: Client) -> None:
    paper(name=words[:40])
    who = author(words[:60], slug="who")
    made = article(harbour, DAY, title=words, slug="dredger", deck=words, place=words[:70], byline=[who])
    page = read(client, made)
    told = described(page)
    assert (told["headline"], told["author"][0]["name"], told["description"]) == (words, words[:60], words)
    assert not [
        script for script in page.select("script") if "alert" in (script.string or "") and not script.get("type")
    ]
    assert meta(page, "og:title") == [words]


def test_other_sites_show_a_card_for_a_link_to_the_article(harbour: Any, client: Client) -> None:
    plain = read(client, article(harbour, DAY, title="Dredger", slug="dredger", deck="It digs."))
    assert meta(plain, "og:url") == ["http://paper.example/2019/03/28/dredger/"]
    assert meta(plain, "og:type") == ["article"]
    assert meta(plain, "twitter:card") == ["summary"]
    assert meta(plain, "description") == ["It digs."]
    assert [link["href"] for link in plain.select('link[rel="canonical"]')] == [
        "http://paper.example/2019/03/28/dredger/"
    ]
    pictured = read(client, article(harbour, DAY, lead_image=photo(), lead_alt="A ship"))
    assert meta(pictured, "twitter:card") == ["summary_large_image"]
    assert meta(pictured, "og:image")[0].startswith("http://paper.example/images/")
    assert meta(pictured, "og:image:alt") == ["A ship"]


@pytest.mark.parametrize(
    ("address", "summary"),
    [("/", "News of the tide"), ("/harbour/", "Ships and tides."), ("/archive/", "News of the tide")],
)
def test_a_page_has_its_canonical_address_feeds_and_description(
    address: str, summary: str, harbour: Any, client: Client
) -> None:
    article(harbour, DAY)
    page = BeautifulSoup(client.get(address).content, "html.parser")
    assert [link["href"] for link in page.select('link[rel="canonical"]')] == [f"http://paper.example{address}"]
    assert meta(page, "description") == [summary]
    feeds = [str(link["href"]) for link in page.select('link[rel="alternate"]')]
    assert feeds[:2] == ["/feed/", "/feed/atom/"]
    assert ("/harbour/feed/" in feeds) is (address == "/harbour/")


def test_a_section_page_names_its_feed_and_an_article_its_sections(harbour: Any, client: Client) -> None:
    page = read(client, article(harbour, DAY))
    assert page.select('link[rel="alternate"][href="/harbour/feed/"]')


def test_the_publisher_has_a_logo_that_search_engines_accept(harbour: Any, client: Client) -> None:
    made = article(harbour, DAY)
    told = described(read(client, made))["publisher"]
    assert told["logo"] == {"@type": "ImageObject", "url": "http://paper.example/logo.png"}
    initial = client.get("/logo.png")
    assert initial.headers["Content-Type"] == "image/png"
    with Image.open(BytesIO(initial.content)) as picture:
        assert min(picture.size) >= 112
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    paper(logo=Photo.objects.create(title="Logo", credit="Courant", file=jpeg_file(size=(900, 600))))
    address = described(read(client, made))["publisher"]["logo"]["url"]
    assert size(client, address) == (768, 512)


@pytest.mark.parametrize("shape", [(111, 500), (500, 111)])
def test_a_logo_that_search_engines_refuse_is_refused(shape: tuple[int, int], harbour: Any) -> None:
    with pytest.raises(ValidationError, match="at least 112 pixels"):
        paper(logo=photo(size=shape))


@pytest.mark.parametrize("name", ["The Courant", "Courant", " Courant", "“Courant”"])
def test_the_image_of_a_name_has_its_first_letter(name: str) -> None:
    assert initial_image(name) == initial_image("Chronicle")
    assert initial_image(name) not in {initial_image("Çourant"), initial_image("Post")}


@pytest.mark.parametrize("name", ["世界", "Новости", "!?", ""])
def test_a_name_without_a_letter_of_our_font_has_the_drawing_of_a_sheet(name: str) -> None:
    assert initial_image(name) == initial_image("…") != initial_image("Courant")


def test_search_engines_may_show_large_pictures(harbour: Any, client: Client) -> None:
    assert meta(read(client, article(harbour, DAY)), "robots") == ["max-image-preview:large"]
