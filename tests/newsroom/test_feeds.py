"""Feeds and sitemaps are what their standards ask for, and say nothing that pages do not."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client, TestCase
from django.utils import timezone
from lxml import etree
from PIL import Image

from broadsheet.newsroom.models import ArticlePage
from tests.factories import discussion
from tests.factories.newsroom import article, author, draft, paper, photo, plain_page, section

pytestmark = pytest.mark.django_db

DAY = datetime(2019, 3, 29, 2, 30, 15, 123456, tzinfo=UTC)
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}
LD_JSON = "application/ld+json"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)")


@pytest.fixture
def dredger() -> ArticlePage:
    paper(name="Courant", tagline="News & tides", time_zone="America/Bogota")
    return article(
        section("Harbour", description="Ships & tides."),
        DAY,
        title="Dredger <brings> up & an anchor",
        deck="It weighs two tons.",
        byline=[author("Ada Lindqvist"), author("Ilo Brandt")],
        tags=["Ferry"],
        slug="dredger",
    )


def parsed(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "xml" in answer.headers["Content-Type"]
    return etree.fromstring(answer.content)


def texts(tree: Any, path: str) -> list[str]:
    return [str(found) if isinstance(found, str) else str(found.text) for found in tree.xpath(path, namespaces=NAMES)]


@pytest.mark.parametrize(
    ("address", "title", "link"),
    [("/feed/", "Courant", "/"), ("/harbour/feed/", "Courant: Harbour", "/harbour/")],
)
def test_rss_has_the_required_and_usual_elements(
    address: str, title: str, link: str, dredger: ArticlePage, client: Client
) -> None:
    channel = parsed(client, address)[0]
    assert texts(channel, "title") == [title]
    assert texts(channel, "link") == [f"http://paper.example{link}"]
    assert texts(channel, "description")[0]
    assert texts(channel, "language") == ["en-gb"]
    assert texts(channel, "atom:link[@rel='self']/@href") == [f"http://paper.example{address}"]
    (item,) = channel.xpath("item")
    assert texts(item, "title") == ["Dredger <brings> up & an anchor"]
    assert texts(item, "link") == ["http://paper.example/2019/03/28/dredger/"]
    assert texts(item, "description") == ["It weighs two tons."]
    assert texts(item, "dc:creator") == ["Ada Lindqvist, Ilo Brandt"]
    assert texts(item, "category") == ["Harbour", "Ferry"]
    assert texts(item, "guid") == [f"urn:uuid:{dredger.translation_key}"]
    assert texts(item, "guid/@isPermaLink") == ["false"]
    (told,) = texts(item, "pubDate")
    assert parsedate_to_datetime(told) == DAY.replace(microsecond=0)
    assert told.endswith("-0500")


@pytest.mark.parametrize("address", ["/feed/atom/", "/harbour/feed/atom/"])
def test_atom_has_every_element_that_rfc_4287_requires(address: str, dredger: ArticlePage, client: Client) -> None:
    feed = parsed(client, address)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for node in [feed, *feed.findall("atom:entry", NAMES)]:
        for required in ("id", "title", "updated"):
            assert len(node.findall(f"atom:{required}", NAMES)) == 1, required
        assert RFC3339.fullmatch(texts(node, "atom:updated")[0])
        assert texts(node, "atom:link[not(@rel) or @rel='alternate']/@href")[0].startswith("http://paper.example/")
    assert texts(feed, "atom:author/atom:name") == ["Courant"]
    assert texts(feed, "atom:link[@rel='self']/@href") == [f"http://paper.example{address}"]
    assert texts(feed, "atom:entry/atom:id") == [f"urn:uuid:{dredger.translation_key}"]
    assert texts(feed, "atom:entry/atom:published") == ["2019-03-28T21:30:15-05:00"]


LISTS = {
    "/": "/feed/",
    "/harbour/": "/harbour/feed/",
    "/authors/ada-lindqvist/": "/authors/ada-lindqvist/feed/",
    "/tags/ferry/": "/tags/ferry/feed/",
}


@pytest.mark.parametrize("page", LISTS)
def test_each_list_names_its_feeds_which_have_its_articles_alone(
    page: str, dredger: ArticlePage, client: Client
) -> None:
    article(section("Town"), DAY, title="Town news", byline=[author("Ida Holm")], tags=["Bread"])
    links = BeautifulSoup(client.get(page).content, "html.parser").select('link[rel="alternate"]')
    kinds = {str(link["type"]): str(link["href"]) for link in links}
    assert kinds == {"application/rss+xml": LISTS[page], "application/atom+xml": f"{LISTS[page]}atom/"}
    for address in kinds.values():
        feed = parsed(client, address)
        titles = texts(feed, "//item/title | //atom:entry/atom:title")
        assert titles[-1] == dredger.title
        assert len(titles) == (2 if page == "/" else 1)
        assert texts(feed, "channel/link | atom:link[@rel='alternate']/@href") == [f"http://paper.example{page}"]


@pytest.mark.parametrize("address", ["/authors/nobody/feed/", "/tags/nothing/feed/", "/nowhere/feed/atom/"])
def test_a_list_that_does_not_exist_has_no_feed(address: str, client: Client) -> None:
    assert client.get(address).status_code == 404


def test_a_subject_of_drafts_alone_has_no_feed(client: Client) -> None:
    draft(tags=["Ferry"])
    assert client.get("/tags/ferry/feed/").status_code == 404


@pytest.mark.parametrize("path", ["feed/", "feed/atom/", "newest/"])
def test_whatever_hangs_on_the_comments_of_a_former_address_leads_on(
    path: str, dredger: ArticlePage, client: Client
) -> None:
    dredger.slug = "anchor"
    with TestCase.captureOnCommitCallbacks(execute=True):  # Wagtail redirects pages after the transaction
        dredger.save_revision().publish()
    answer = client.get(f"/2019/03/28/dredger/comments/{path}")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/2019/03/28/anchor/comments/{path}")
    assert client.get(answer.headers["Location"]).status_code == 200
    dredger.unpublish()
    assert client.get(f"/2019/03/28/dredger/comments/{path}").status_code == 404


PICTURED = ["/feed/", "/feed/atom/", "/tags/ferry/feed/"]


@pytest.mark.parametrize("address", PICTURED)
@pytest.mark.parametrize(("size", "shown"), [((1800, 1200), (1200, 800)), ((240, 160), (240, 160))])
def test_an_item_has_the_photograph_with_its_size_type_and_length(
    address: str, size: tuple[int, int], shown: tuple[int, int], client: Client
) -> None:
    article(tags=["Ferry"], lead_image=photo(size=size), lead_alt="Boats & mud")
    feed = parsed(client, address)
    (enclosure,) = feed.xpath("//item/enclosure | //atom:entry/atom:link[@rel='enclosure']", namespaces=NAMES)
    (media,) = feed.xpath("//media:content", namespaces=NAMES)
    url = enclosure.get("url") or enclosure.get("href")
    assert media.attrib == {
        "url": url,
        "type": "image/jpeg",
        "medium": "image",
        "fileSize": enclosure.get("length"),
        "width": str(shown[0]),
        "height": str(shown[1]),
    }
    assert texts(media, "media:description | media:credit") == ["Boats & mud", "Ilo Brandt / Courant"]
    picture = client.get(url.removeprefix("http://paper.example"))
    body = b"".join(picture.streaming_content)  # type: ignore[attr-defined]
    assert (picture.headers["Content-Type"], str(len(body))) == ("image/jpeg", enclosure.get("length"))
    with Image.open(BytesIO(body)) as opened:
        assert opened.size == shown


@pytest.mark.parametrize("address", PICTURED)
def test_a_feed_has_an_item_without_its_picture_where_that_cannot_be_made(address: str, client: Client) -> None:
    lost = photo()
    article(tags=["Ferry"], title="The ferry", lead_image=lost, lead_alt="Boats")
    article(tags=["Ferry"], title="The quay", lead_image=photo(), lead_alt="Mud")
    Path(lost.file.path).unlink()
    feed = parsed(client, address)
    assert sorted(texts(feed, "//item/title | //atom:entry/atom:title")) == ["The ferry", "The quay"]
    assert len(feed.xpath("//media:content", namespaces=NAMES)) == 1


@pytest.mark.parametrize("address", ["/feed/", "/feed/atom/"])
@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({"deck": "It weighs two tons."}, "It weighs two tons."),
        ({"deck": " ", "body": "Nobody <b>had</b> missed &amp; it.\n\nMore."}, "Nobody had missed & it."),
        ({"deck": "", "body": "word " * 100}, f"{('word ' * 100)[:199]}…"),
        ({"deck": "", "body": [("subhead", "Mud")]}, "The dredger"),
    ],
)
def test_a_description_is_never_empty(address: str, fields: dict[str, Any], summary: str, client: Client) -> None:
    article(title="The dredger", **fields)
    (found,) = texts(parsed(client, address), "//item/description | //atom:entry/atom:summary")
    assert as_html(found)[0] == summary


FULL = "//content:encoded | //atom:entry/atom:content"


def full_text(client: Client, address: str) -> BeautifulSoup:
    (text,) = texts(parsed(client, address), FULL)
    return BeautifulSoup(text, "html.parser")


@pytest.mark.parametrize("address", ["/feed/", "/feed/atom/"])
def test_a_feed_has_the_whole_text_where_the_paper_chooses_so(address: str, client: Client) -> None:
    picture = photo()
    made = article(
        place="Brackwater",
        deck="It weighs two tons.",
        lead_image=picture,
        lead_alt="Mud",
        corrections=["It is red."],
        body=[
            ("paragraph", '<p>See <a href="/about/">here</a> or <a href="#note">below</a>.</p>'),
            ("quote", {"text": "Nobody < missed it.", "attribution": "Ada"}),
            ("picture", {"photo": picture, "caption": "Boats.", "alt": ""}),
            ("table", {"data": [["A", "B"], ["1", "2"]], "first_row_is_table_header": True}),
            ("embed", {"url": "https://youtu.be/abc", "title": "The vote"}),
            ("preformatted", "<script>alert(1)</script>"),
        ],
    )
    assert texts(parsed(client, address), FULL) == []
    paper(full_text_in_feeds=True)
    found = full_text(client, address)
    words = " ".join(found.get_text(" ").split())
    shown = ["It weighs two tons.", "BRACKWATER", "Nobody < missed it.", "Ada", "Boats.", "The vote", "It is red."]
    assert [part for part in [*shown, "<script>alert(1)</script>"] if part not in words] == []
    links = [str(link["href"]) for link in found.select("a")]
    here = f"http://paper.example{made.get_absolute_url()}"
    assert links == ["http://paper.example/about/", f"{here}#note", "https://youtu.be/abc"]
    assert all(str(image["src"]).startswith("http://paper.example/images/") for image in found.select("img"))
    assert len(found.select("img")) == 2
    assert [cell.get_text() for cell in found.select("td")] == ["1", "2"]
    assert found.select("script, style, svg, source, iframe, embed-facade, [class], [style], [id], [tabindex]") == []
    assert texts(parsed(client, address), "//item/description | //atom:entry/atom:summary") == ["It weighs two tons."]


@pytest.mark.parametrize("address", ["/feed/", "/feed/atom/"])
@pytest.mark.parametrize("language", ["fa", "ar", "he"])
def test_the_whole_text_of_an_article_that_is_read_from_right_to_left_says_so(
    language: str, address: str, client: Client
) -> None:
    paper(full_text_in_feeds=True)
    article(language=language, title="خبر", slug="news")
    (text,) = full_text(client, address).select("div")
    assert (text["lang"], text["dir"]) == (language, "rtl")


@pytest.mark.parametrize("address", ["/feed/", "/feed/atom/", "/harbour/feed/", "/harbour/feed/atom/"])
def test_an_empty_feed_is_valid(address: str, client: Client) -> None:
    section("Harbour")
    assert not parsed(client, address).xpath("//item | //atom:entry", namespaces=NAMES)


def test_a_section_feed_has_its_own_articles_only(dredger: ArticlePage, client: Client) -> None:
    article(section("Town"), DAY, title="Town news")
    assert texts(parsed(client, "/town/feed/"), "//item/title") == ["Town news"]
    assert len(texts(parsed(client, "/feed/"), "//item/title")) == 2


def test_a_guid_stays_when_the_address_changes(dredger: ArticlePage, client: Client) -> None:
    before = texts(parsed(client, "/feed/"), "//guid")
    dredger.slug = "anchor"
    dredger.save_revision().publish()
    tree = parsed(client, "/feed/")
    assert texts(tree, "//item/link") == ["http://paper.example/2019/03/28/anchor/"]
    assert texts(tree, "//guid") == before


@pytest.mark.parametrize("address", ["/feed/", "/feed/atom/", "/news-sitemap.xml"])
def test_characters_that_xml_forbids_are_left_out(address: str, client: Client) -> None:
    article(section("Harbour"), timezone.now(), title="Tide\x0b \x1bturns\ufffe", deck="A\x08B")
    assert "Tide turns" in etree.tostring(parsed(client, address), encoding="unicode")


def test_a_feed_never_has_a_comment(dredger: ArticlePage, client: Client) -> None:
    discussion.published(dredger, text="A heron said this.")
    assert "heron" in client.get(dredger.get_absolute_url()).content.decode()
    for address in ["/feed/", "/feed/atom/", "/harbour/feed/", "/harbour/feed/atom/"]:
        assert "heron" not in client.get(address).content.decode()


# Sitemaps ------------------------------------------------------------------------------------------------------------


def test_the_sitemap_index_leads_to_every_public_page(dredger: ArticlePage, client: Client) -> None:
    plain_page("About")
    found = []
    for part in texts(parsed(client, "/sitemap.xml"), "//map:loc"):
        found += texts(parsed(client, part.removeprefix("http://paper.example")), "//map:loc")
    expected = ["/", "/harbour/", "/about/", "/authors/ada-lindqvist/", "/authors/ilo-brandt/", "/archive/"]
    expected += ["/corrections/", "/2019/03/28/dredger/"]
    assert sorted(found) == sorted(f"http://paper.example{path}" for path in expected)
    for address in found:
        assert client.get(address.removeprefix("http://paper.example")).status_code == 200


def test_a_sitemap_has_the_last_update_of_an_article(dredger: ArticlePage, client: Client) -> None:
    for updated in (None, DAY.replace(microsecond=0) + timedelta(days=1)):
        ArticlePage.objects.update(updated_at=updated)
        (told,) = texts(parsed(client, "/sitemap-articles-1.xml"), "//map:lastmod")
        assert RFC3339.fullmatch(told)
        assert datetime.fromisoformat(told) == (updated or DAY.replace(microsecond=0))


def test_the_news_sitemap_has_the_last_two_days_only(client: Client) -> None:
    paper(name="Courant & Co", language="en-us")
    harbour, now = section("Harbour"), timezone.now()
    article(harbour, now - timedelta(hours=47), title="Yesterday's anchor")
    article(harbour, now - timedelta(hours=49), title="An older anchor")
    tree = parsed(client, "/news-sitemap.xml")
    assert texts(tree, "//news:title") == ["Yesterday's anchor"]
    assert texts(tree, "//news:publication/news:name") == ["Courant & Co"]
    assert texts(tree, "//news:publication/news:language") == ["en"]
    assert RFC3339.fullmatch(texts(tree, "//news:publication_date")[0])


def test_robots_txt_names_the_sitemaps_and_excludes_private_pages(client: Client) -> None:
    told = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://paper.example/sitemap.xml" in told
    for room in ["/cms/", "/desk/", "/receipts/"]:
        assert f"Disallow: {room}\n" in told


# Texts of all kinds, and in all places: none of them may become an element, and none may lose a character.
HOSTILE = [
    "<script>alert(1)</script> tide",
    "Fish & chips, 5 < 6 > 4 \"high\" 'low'",
    "&lt;b&gt;&amp;",
    "]]> <![CDATA[ <!-- tide -->",
]


def as_html(text: str) -> tuple[str, list[str]]:
    """The words and the elements that a feed reader shows where it takes a text for HTML."""
    soup = BeautifulSoup(text, "html.parser")
    return soup.get_text(), [found.name for found in soup.find_all(True)]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("path", ["/feed/", "/harbour/feed/", "/feed/atom/", "/harbour/feed/atom/"])
def test_a_feed_shows_plain_text_as_it_was_written(path: str, text: str, client: Client) -> None:
    paper(name=f"Courant {text}"[:80], tagline=text)
    article(section("Harbour", description=text), DAY, title=text, deck=text, byline=[author(text)], tags=[text])
    feed = parsed(client, path)
    (entry,) = feed.xpath("//item | //atom:entry", namespaces=NAMES)
    (deck,) = entry.xpath("description | atom:summary", namespaces=NAMES)
    assert deck.get("type", "html") == "html"
    assert as_html(deck.text) == (text, [])
    for plain in ("title", "atom:title", "dc:creator", "atom:author/atom:name", "category", "atom:category/@term"):
        assert set(texts(entry, plain)) <= {text, "Harbour"}
    (about,) = feed.xpath("channel/description | atom:subtitle", namespaces=NAMES)
    if feed.tag == "rss":  # a description, which readers take for HTML
        assert as_html(about.text)[1] == []
    else:
        assert about.get("type", "text") == "text"
        assert about.text == text


@pytest.mark.parametrize("text", HOSTILE)
def test_sitemaps_and_heads_show_plain_text_as_it_was_written(text: str, client: Client) -> None:
    paper(name="Courant\x0b", tagline=text)
    made = article(section(text, slug="harbour"), title=text, deck=text, byline=[author(text)])
    assert texts(parsed(client, "/news-sitemap.xml"), "//news:title") == [text]
    for path in (made.get_absolute_url(), "/harbour/", "/"):
        soup = BeautifulSoup(client.get(path).content, "html.parser")
        assert not soup.find("script", string="alert(1)")
        for name in ("og:title", "og:description", "description"):
            found = soup.find("meta", {"property": name}) or soup.find("meta", {"name": name})
            assert not isinstance(found, Tag) or found["content"] == text
    head = BeautifulSoup(client.get(made.get_absolute_url()).content, "html.parser").find("script", type=LD_JSON)
    assert isinstance(head, Tag)
    told = json.loads(str(head.string))
    assert (told["headline"], told["description"], told["author"][0]["name"]) == (text, text, text)
