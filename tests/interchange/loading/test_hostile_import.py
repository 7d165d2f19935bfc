"""Hostile strings in every field of an export leave no unsafe element, attribute or script on its pages."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser

from broadsheet.discussion.models import Comment
from broadsheet.newsroom.models import ArticlePage, Author, SectionPage
from tests.campaigns import all_of_them_once, figure, is_soak, parts
from tests.interchange.conftest import Written
from tests.interchange.imports import export, run
from tests.interchange.wxr import comment, item

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1800)]

PARTS = 4
# One string a post in `make soak`, so that each is also a title and an author; ten otherwise.
IN_A_BODY = 10 // figure(full=10)
# Run by the browser: the page as it would stand on opening it, as elements with their attributes, and its scripts.
ELEMENTS = """(html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const all = [...page.querySelectorAll("*")];
  const scripts = all.filter((e) => e.tagName === "SCRIPT").map((e) => [e.type, e.type ? e.textContent : e.outerHTML]);
  return {elements: all.map((e) => [e.tagName, [...e.attributes].map((a) => [a.name, a.value])]), scripts};
}"""
LINKS = {"href", "src", "action", "formaction", "poster", "data", "xlink:href", "cite", "background", "srcset"}
SAFE = ("http://", "https://", "mailto:", "/", "#", "?", "data:image/svg+xml", "data:,")
GOOD = """<p>A <a href="https://a.example/">link</a>, <b>bold</b>, <em>italic</em>, <code>code</code>, x<sup>2</sup>,
y<sub>1</sub>, <s>struck</s><br>next</p>
<h2>Head</h2><blockquote>Said<cite>Ada</cite></blockquote><ul><li>one<ol><li>two</li></ol></li>
</ul><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table><table><tr><td>1</td><td>2</td></tr>
</table><pre>  code</pre>
<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe><img src="/x.jpg" alt="Boats">"""


@pytest.fixture(scope="module")
def strings(material: Path) -> list[str]:
    """The strings of all lists without repetition."""
    naughty = json.loads((material / "strings" / "blns.json").read_text())
    scripts = (material / "strings" / "xss-payload-list.txt").read_text().splitlines()
    return [*all_of_them_once(list(dict.fromkeys(line for line in [*naughty, *scripts] if line.strip())))]


def quoted(text: str) -> str:
    """Return the text escaped for a CDATA section."""
    return text.replace("]]>", "]]]]><![CDATA[>")


def person(number: int, name: str) -> str:
    """Return an author with this name."""
    return (
        f"<wp:author><wp:author_login>a{number}</wp:author_login>"
        f"<wp:author_display_name><![CDATA[{quoted(name)}]]></wp:author_display_name></wp:author>\n"
    )


def post(number: int, title: str, lines: list[str]) -> str:
    """Return a post by author `number`; each line is a paragraph of its body, and all fields of a comment."""
    comments = [
        comment(
            number * 1000 + place,
            comment_author=quoted(line),
            comment_author_url=quoted(line),
            comment_content=quoted(line),
            comment_author_email=quoted(line),
        )
        for place, line in enumerate(lines)
    ]
    written = item(number, body=quoted("\n\n".join(lines)), extra="".join(comments))
    written = written.replace("CDATA[wim]", f"CDATA[a{number}]").replace("CDATA[In short.]", f"CDATA[{quoted(title)}]")
    return written.replace(f"<title>Post {number}</title>", f"<title><![CDATA[{quoted(title)}]]></title>")


def pages() -> Iterator[str]:
    """Yield the address of every page that shows imported content."""
    yield "/"
    for section in SectionPage.objects.all():
        count = section.articles.count()
        yield from (f"/{section.slug}/page/{number}/" for number in range(2, (count - 1) // 20 + 2))
        yield f"/{section.slug}/"
        yield f"/{section.slug}/feed/"
    for article in ArticlePage.objects.all():
        yield f"/{article.address}/"
    for author in Author.objects.all()[::20]:
        yield f"/authors/{author.slug}/"


def parsed_pages(browser: Browser) -> dict[str, Any]:
    """Return the elements with their attributes, the URLs and the scripts that a browser parses from all pages."""
    page = browser.new_page()
    elements: dict[str, set[str]] = {}
    links: set[str] = set()
    scripts: list[tuple[str, str]] = []
    for address in pages():
        answer = Client().get(address)
        assert answer.status_code == 200, address
        if "xml" in answer.headers["Content-Type"]:
            continue
        found = page.evaluate(ELEMENTS, answer.content.decode())
        scripts += map(tuple, found["scripts"])
        for tag, attributes in found["elements"]:
            elements.setdefault(tag, set()).update(name for name, _ in attributes)
            links |= {value.strip() for name, value in attributes if name.lower() in LINKS}
    page.close()
    return {"elements": elements, "links": links, "scripts": scripts}


@pytest.fixture
def expected(written: Written, browser: Browser) -> dict[str, Any]:
    """The elements, URLs and scripts on the pages of a harmless site with every kind of block."""
    harmless = item(900_000, body=GOOD, extra=comment(1, comment_content="Well.\n\nAn https://a.example/ address."))
    answers = comment(2, comment_parent="1") + comment(3, comment_parent="2") + comment(4, comment_author_url="")
    enough_for_pages = "".join(item(900_000 + number) for number in range(1, 65))
    run(written(export(person(0, "Wim"), harmless.replace("</item>", answers + "</item>"), enough_for_pages)))
    return parsed_pages(browser)


@pytest.mark.campaign
@pytest.mark.parametrize("part", parts(PARTS))
def test_no_hostile_string_becomes_an_element_an_attribute_or_a_script_link(
    part: int, strings: list[str], expected: dict[str, Any], written: Written, browser: Browser
) -> None:
    chosen = part if is_soak() else random.randint(1, PARTS)
    lines = strings[chosen - 1 :: PARTS]
    groups = [lines[start : start + IN_A_BODY] for start in range(0, len(lines), IN_A_BODY)]
    # A title and an author for each post: the first of its strings, and the last.
    people = [person(number, group[-1]) for number, group in enumerate(groups, 1)]
    posts = [post(number, group[0], group) for number, group in enumerate(groups, 1)]
    report = run(written(export(*people, *posts)))
    assert f"{len(groups):,} articles" in report
    found = parsed_pages(browser)
    for tag, attributes in found["elements"].items():
        assert tag in expected["elements"]
        assert attributes <= expected["elements"][tag], tag
    assert [link for link in found["links"] if link and not link.lower().startswith(SAFE)] == []
    for kind, text in found["scripts"]:
        if kind == "application/ld+json":
            json.loads(text)
        else:
            assert (kind, text) in expected["scripts"]
    assert Comment.objects.count() > len(lines)
