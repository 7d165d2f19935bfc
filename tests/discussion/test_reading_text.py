"""A reader's plain text becomes HTML in which nothing but lines and plain web addresses mean anything."""

from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.core.text import is_visible
from broadsheet.discussion.templatetags.discussion import reading_text
from tests.threads import at_once

FRAGMENTS = [
    "https://a.example/x?a=1&b=2",
    "http://b.example",
    "<script>",
    "\"'",
    "javascript:alert(1)",
    "&lt;",
    "\n",
    "\r\n",
    " ",
    "https://",
]


@pytest.mark.parametrize("text", ["<b>bold</b>", "a & b", "&amp;", "\"'", "<!-- -->", "<a href=x>"])
def test_what_looks_like_html_is_shown_as_it_was_written(text: str) -> None:
    soup = BeautifulSoup(reading_text(text), "lxml")
    assert soup.get_text() == text
    assert soup.body is None or {tag.name for tag in soup.body.find_all(True)} <= {"p"}


def test_lines_are_kept_however_they_end() -> None:
    assert reading_text("one\r\ntwo\rthree\n\nfour") == "one<br>two<br>three<br><br>four"


def test_an_address_is_a_link_that_vouches_for_nothing() -> None:
    expected = (
        '(see <a href="https://a.example/?x=1&amp;y=2" rel="nofollow ugc noopener">https://a.example/?x=1&amp;y=2</a>).'
    )
    assert reading_text("(see https://a.example/?x=1&y=2).") == expected


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "www.a.example", "a.example", "mailto:a@b.example", "a@b.example", "//a.example/x",
     "ftp://a.example/", "data:text/html,x", "/archive/", "192.168.0.1"],
)  # fmt: skip
def test_nothing_else_is_a_link(text: str) -> None:
    assert "<a" not in reading_text(text)


def test_threads_that_read_different_texts_at_the_same_moment_get_their_own_links() -> None:
    texts = [f"{'word ' * number}https://{number}.example/ and {number}" for number in range(20)]
    alone = [reading_text(text) for text in texts]
    assert at_once(lambda: [reading_text(text) for text in texts * 5]) == [alone * 5] * 8


def test_an_address_cannot_break_out_of_its_link() -> None:
    soup = BeautifulSoup(reading_text("https://a.example/\"onmouseover='x'<i>"), "lxml")
    link = soup.a
    assert link is not None
    assert set(link.attrs) == {"href", "rel"}


@settings(max_examples=20)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=12).map("".join))
def test_whatever_is_written_only_links_and_breaks_come_of_it_and_no_letter_is_lost(text: str) -> None:
    shown = reading_text(text)
    soup = BeautifulSoup(f"<pre>{shown}</pre>", "html.parser")
    for tag in soup.pre.find_all(True):  # type: ignore[union-attr]
        assert tag.name in {"a", "br"}
        assert set(tag.attrs) <= {"href", "rel"}
        assert tag.name == "br" or str(tag["href"]).lower().startswith(("http://", "https://"))
    for line_break in soup.find_all("br"):
        line_break.replace_with("\n")
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    read = soup.get_text().split("\n")
    assert list(filter(is_visible, read)) == list(filter(is_visible, written))
    assert not any(not is_visible(one) and not is_visible(next_one) for one, next_one in pairwise(read))


@pytest.mark.parametrize("gap", ["\n" * 2500, "\r\n" * 900, "\n \n\t\n", "\n\u200b\n\u2800\n\u3164\n\u00ad\n", "\n\n"])
def test_of_many_empty_lines_one_is_shown(gap: str) -> None:
    assert reading_text(f"one{gap}two https://a.example/").startswith("one<br><br>two")
    assert reading_text(f"one{gap}two") == "one<br><br>two"
