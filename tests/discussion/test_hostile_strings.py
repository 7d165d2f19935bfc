"""Every string of the hostile lists in each field of a comment: a browser finds nothing unmeant on the page."""

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser

from broadsheet.commenters.models import address_digest
from broadsheet.discussion.actions import ImportedComment, import_comments
from broadsheet.discussion.forms import CommentForm
from broadsheet.discussion.models import MAX_NAME, MAX_TEXT, Comment, Revision, Terms
from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import all_of_them_once
from tests.factories import discussion, newsroom

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

BESIDE_THE_CHECKOUT = Path(__file__).parents[2].parent / "shared" / "data"
PER_ARTICLE = 500
# What a comment may consist of; anything else came out of its words.
MEANT = {
    "LI": {"class", "id"},
    "P": {"class", "dir"},
    "BDI": {"class"},
    "SPAN": {"class"},
    "A": {"href", "rel", "class"},
    "TIME": {"datetime"},
    "BR": set(),
}
# Run by the browser: parses the page as it would on opening it, and lists what it made of each comment.
ELEMENTS = """(html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const seen = (root) => [...root.querySelectorAll("*")].map(
    (e) => [e.tagName, [...e.attributes].map((a) => [a.name, a.value])]);
  const comments = [...page.querySelectorAll("li.comment")];
  const words = (li) => li.querySelector(".text") ? li.querySelector(".text").textContent : "";
  const inside = comments.map((li) => [li.id, words(li), seen(li)]);
  comments.forEach((li) => li.remove());
  return {comments: inside, around: seen(page).map(([tag]) => tag)};
}"""


@pytest.fixture(scope="module")
def strings() -> list[str]:
    """All the lists, each string once."""
    folder = Path(os.environ.get("BROADSHEET_TEST_MATERIAL") or BESIDE_THE_CHECKOUT) / "strings"
    if not folder.is_dir():
        pytest.skip("No hostile strings on this machine: name their folder in BROADSHEET_TEST_MATERIAL.")
    naughty = json.loads((folder / "blns.json").read_text())
    scripts = (folder / "xss-payload-list.txt").read_text().splitlines()
    return [*all_of_them_once(list(dict.fromkeys([*naughty, *scripts])))]


def accepted(string: str, terms: Terms) -> list[Revision]:
    """The texts that the form makes of one string in every field at once, and in each alone."""
    name, text = string[:MAX_NAME], string[:MAX_TEXT]
    tries: list[dict[str, Any]] = [
        {"name": name, "website": string, "text": text},
        {"name": name, "website": "", "text": text},
        {
            "name": "Ida",
            "website": f"https://holm.example/{string}"[:200],
            "text": f"http://holm.example/{text}"[:MAX_TEXT],
        },
    ]
    forms = [CommentForm({"terms": str(terms.pk), "email": "ida@post.example", **one}, current=terms) for one in tries]
    return [form.submission(network="203.0.113.0/24").revision for form in forms if form.is_valid()]


def publish(words: Iterator[Revision], article: ArticlePage) -> list[Comment]:
    """Publishes the next few hundred under one article, in their order."""
    written = timezone.now()
    batch = [
        ImportedComment(
            discussion.thread(article).pk, one, address_digest("ida@post.example"), written, CommentState.PUBLISHED
        )
        for one in islice(words, PER_ARTICLE)
    ]
    return import_comments(batch) if batch else []


def pages(article: ArticlePage, comments: int) -> Iterator[str]:
    """The article's page and the further pages of its column."""
    yield f"/{article.address}/"
    for number in range(2, (comments - 1) // 50 + 2):
        yield f"/{article.address}/comments/page/{number}/"


def unmeant(elements: list[tuple[str, list[tuple[str, str]]]]) -> list[object]:
    """Elements, attributes and links that no template of ours makes."""
    return [
        (tag, name, value)
        for tag, attributes in elements
        for name, value in [*attributes, ("", "")]
        if tag not in MEANT
        or (name and name not in MEANT[tag])
        or (name == "href" and not value.startswith(("http://", "https://", "/", "#")))
    ]


def test_no_hostile_string_becomes_an_element_an_attribute_or_a_script_link(
    strings: list[str], browser: Browser
) -> None:
    terms = discussion.terms()
    words = iter([one for string in strings for one in accepted(string, terms)])
    section, shown = newsroom.section(), 0
    page = browser.new_page()
    while made := publish(words, article := newsroom.article(section)):
        texts = {f"comment-{comment.pk}": comment.latest.text for comment in made if comment.latest}
        for address in pages(article, len(made)):
            found = page.evaluate(ELEMENTS, Client().get(address).content.decode())
            for number, text, elements in found["comments"]:
                assert not unmeant(elements), (address, number)
                expected = texts.pop(number).replace("\x0c", " ")
                assert "".join(text.split()) == "".join(expected.split()), "words were lost or altered"
                shown += 1
        assert not texts, "comments are missing from the pages"
    assert shown > len(strings), "the form turned nearly everything away"
    page.close()


def test_hostile_strings_at_the_desk_and_on_the_receipt_are_words_too(strings: list[str], browser: Browser) -> None:
    desk_client = Client()
    desk_client.force_login(discussion.chief())
    terms = discussion.terms()
    words = [one for string in strings[:: max(1, len(strings) // 150)] for one in accepted(string, terms)]
    article = newsroom.article()
    batch = [
        ImportedComment(
            discussion.thread(article).pk, one, address_digest("ida@post.example"), timezone.now(), CommentState.PENDING
        )
        for one in words
    ]
    import_comments(batch)
    page = browser.new_page()
    number = 1
    while (
        "comments/" in (text := desk_client.get(f"/desk/page/{number}/", follow=True).content.decode())
        and number <= len(words) // 25 + 1
    ):
        around = page.evaluate(ELEMENTS, text)["around"]
        assert around.count("SCRIPT") <= 1, number
        assert not set(around) & {"IFRAME", "OBJECT", "EMBED", "IMG", "VIDEO", "AUDIO", "BASE", "STYLE", "MARQUEE"}, (
            number
        )
        number += 1
    assert number > 2
    page.close()
