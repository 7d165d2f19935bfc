"""Every page has one address: other spellings of a number, a date, a slug or a path redirect or lead nowhere."""

import random
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RegexPattern

from broadsheet.core.path_converters import CONVERTERS
from tests.factories import discussion, newsroom
from tests.pagecache.conftest import Committing
from tests.pagecache.readers import Reader

SPELLINGS = 1000  # of each route's parameters
REQUESTED = 0.05  # of the spellings that no route of ours has, and that the page tree looks for in vain
PUBLISHED = datetime(2019, 3, 28, 9, tzinfo=UTC)
CONVERTED = {*CONVERTERS, "queue", "snapshot", "str"}  # `str` for signed tokens, which have one spelling
REGULAR_EXPRESSIONS = {"newsroom:photo", "newsroom:first_page"}
# Each baked route with a parameter, by an address that exists in the sample paper.
PAGES = {
    "archive_year": "/2019/",
    "archive_month": "/2019/03/",
    "archive_day": "/2019/03/28/",
    "article": "/2019/03/28/café-2/",
    "column_page": "/2019/03/28/café-2/comments/page/2/",
    "newest": "/2019/03/28/café-2/comments/newest/",
    "newest_page": "/2019/03/28/café-2/comments/newest/page/2/",
    "comments_feed": "/2019/03/28/café-2/comments/feed/",
    "comments_atom": "/2019/03/28/café-2/comments/feed/atom/",
    "corrections": "/corrections/",
    "corrections_page": "/corrections/page/2/",
    "corrections_feed": "/corrections/feed/",
    "author_feed": "/authors/ida-holm/feed/",
    "tag_atom": "/tags/tides/feed/atom/",
    "author": "/authors/ida-holm/",
    "author_page": "/authors/ida-holm/page/2/",
    "tag": "/tags/tides/",
    "tag_page": "/tags/tides/page/2/",
    "section": "/harbour/",
    "section_page": "/harbour/page/2/",
    "section_feed": "/harbour/feed/",
    "section_atom": "/harbour/feed/atom/",
    "sitemap_articles": "/sitemap-articles-1.xml",
    "plain": "/about-us/",
    "front": "/",
}
ZEROS = [0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1E950]  # of ten digits each
INVISIBLE = ["\u200b", "\u200d", "\u00ad", "\ufeff", "\u2060", "\u0301", "\u20dd"]
FORMS: list[Literal["NFC", "NFD", "NFKC", "NFKD"]] = ["NFC", "NFD", "NFKC", "NFKD"]
SIGNS = ["+", "-", " ", "\t", "\n", "\x00", "\u00a0", "0x", "_", ".", "%", "~", "!", "'"]


def other_number(number: str, chance: random.Random) -> str:
    """Return another spelling of a number, or of a number beyond all pages."""
    digits = "".join(chr(chance.choice(ZEROS) + int(digit)) for digit in number)
    some = "".join(chance.choice(pair) for pair in zip(number, digits, strict=True))
    return chance.choice([
        "0" * chance.randint(1, 400) + number,
        chance.choice(SIGNS) + number,
        number + chance.choice([*SIGNS, ".0", "e0", "L", "/1"]),
        digits,
        some,
        number + "0" * chance.randint(3, 400),
        number + chr(chance.choice(ZEROS)) * chance.randint(1, 3),
        f"{number[0]}_{number[1:]}",
    ])  # fmt: skip


def other_word(word: str, chance: random.Random) -> str:
    """Return another spelling of a slug."""
    at = chance.randrange(len(word) + 1)
    return chance.choice([
        "".join(chance.choice([letter.upper(), letter]) for letter in word),
        unicodedata.normalize(chance.choice(FORMS), word),
        word[:at] + chance.choice(INVISIBLE) + word[at:],
        word[:at] + chance.choice(SIGNS) + word[at:],
        "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() and chance.random() < 0.3 else letter for letter in word),
        quote(quote(word[:at]) + "".join(f"%{ord(letter):02x}" for letter in word[at:])),
        word.replace("-", chance.choice("_‐‑–—−")),
    ])  # fmt: skip


def other_path(path: str, chance: random.Random) -> str:
    """Return a path with slashes, dots and files that it does not have."""
    parts = path.split("/")
    at = chance.randrange(1, len(parts))
    return chance.choice([
        "/".join([*parts[:at], *[""] * chance.randint(1, 5), *parts[at:]]),
        "/".join([*parts[:at], chance.choice([".", "..", "x/..", "%2e", "%2e%2e"]), *parts[at:]]),
        path + chance.choice(["index.html", "index.xml", "/", "//", "page/1/", "page/01/", "\n", "\r\n", " ", ";v=1"]),
        path.rstrip("/"),
        path.replace("/", chance.choice(["\\", "%2F", "%252F", "∕", "/ "])),
    ])  # fmt: skip


def spellings(path: str, chance: random.Random) -> Iterator[str]:
    """Yield other spellings of a path, percent-encoded where a client has to, some with a query string."""
    parts = path.split("/")
    words = [place for place, part in enumerate(parts) if part]
    while True:
        changed = list(parts)
        for place in chance.sample(words, chance.randint(0, min(2, len(words)))):
            change = other_number if parts[place].isdigit() else other_word
            changed[place] = change(parts[place], chance)
        spelled = "/".join(changed)
        if changed == parts or chance.random() < 0.1:
            spelled = other_path(spelled, chance)
        query = chance.choice(["", "", "?", "?page=2", "?p2", f"?utm_source={chance.random()}", "?format=pdf&number=3"])
        if spelled:  # a request has at least a slash
            yield quote(spelled, safe="/%;=!'~+") + query


@pytest.fixture
def paper(reader: Reader, committed: Committing) -> Reader:
    """A paper in which each address of PAGES exists, and nothing is baked."""
    with committed():
        section, ida = newsroom.section("Harbour"), newsroom.author("Ida Holm")
        newsroom.plain_page("About us")
        article = newsroom.article(
            section, PUBLISHED, slug="café-2", byline=[ida], tags=["Tides"], corrections=["It is blue."]
        )
        for _ in range(20):
            newsroom.article(section, PUBLISHED, byline=[ida], tags=["Tides"], corrections=["It is red."])
        discussion.many_published(article, 51)
    reader.server.store.clear()
    return reader


def baked(reader: Reader) -> set[Path]:
    """The files of the baked pages, without their compressed copies."""
    files = reader.server.store.files.pages.rglob("*")
    return {file for file in files if file.is_file() and file.suffix not in {".br", ".zst", ".gz"}}


def has_route(spelling: str) -> bool:
    """Return whether a route of ours has this spelling; the page tree's matches any words."""
    with suppress(Resolver404):
        return resolve(unquote(spelling.partition("?")[0])).url_name != "wagtail_serve"
    return False


def our_routes(patterns: list[URLPattern | URLResolver], room: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield the routes of the paper's own rooms with their names."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{room}:{pattern.name}", pattern
        elif pattern.namespace in {"newsroom", "discussion", "desk"}:
            yield from our_routes(pattern.url_patterns, pattern.namespace)


def test_every_parameter_of_a_route_has_a_converter_that_accepts_one_spelling() -> None:
    """Django's own converters and regular expressions accept several spellings of a number."""
    routes = dict(our_routes(get_resolver().url_patterns))
    assert {name for name, route in routes.items() if isinstance(route.pattern, RegexPattern)} == REGULAR_EXPRESSIONS
    for name, route in routes.items():
        used = set() if name in REGULAR_EXPRESSIONS else set(re.findall(r"<(\w+:?)", str(route.pattern)))
        allowed = {f"{converter}:" for converter in CONVERTED} | (
            {"path:"} if "media/" in str(route.pattern) else set()
        )
        assert (name, used - allowed) == (name, set())


NUMBERS = ["0", "00", "01", "007", "+1", "-1", " 1", "1 ", "1\n", "1_0", "1.0", "٢", "२", "２", "𝟐", "1٢", "9" * 30, ""]


@pytest.mark.parametrize("name", ["number", "further", "yyyy", "mm", "dd"])
def test_a_number_in_an_address_is_spelled_as_its_converter_spells_it(name: str) -> None:
    converter: Any = CONVERTERS[name]()
    candidates = [*NUMBERS, *(f"{number:0{width}d}" for number in range(40) for width in (1, 2, 4)), "2019", "9" * 18]
    for value in candidates:
        if re.fullmatch(converter.regex, value):
            number = converter.to_python(value)
            assert converter.to_url(number) == value
            assert 0 < number < 2**63


@pytest.mark.exhaustive
@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_of_a_thousand_spellings_of_an_address_one_is_baked(path: str, paper: Reader) -> None:
    chance = random.Random(path)
    others = spellings(path, chance)
    for spelling in (next(others) for _ in range(SPELLINGS)):
        is_the_address = unquote(spelling.partition("?")[0]) == path
        if is_the_address or has_route(spelling) or chance.random() < REQUESTED:
            assert paper.get(spelling).status in ({200} if is_the_address else {301, 404}), spelling
    page = paper.get(quote(path))
    assert page.status == 200
    assert baked(paper) == {file for file in paper.files(path) if file.exists()}
    assert paper.uncached(f"{quote(path)}?page=3&utm_source=x").body == page.body
