"""No line of the lists of hostile strings gives a body an element, attribute or URL that may not be published."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import strategies as st

from broadsheet.interchange.blocks import Block, Embed, Listing, Paragraph, Picture
from broadsheet.interchange.sources.wordpress.body import parse_body, plain_text
from broadsheet.interchange.sources.wordpress.wxr import WxrAuthor, WxrComment, WxrPost
from tests.campaigns import search
from tests.interchange.block_text import Elements
from tests.interchange.conftest import Written
from tests.interchange.wxr import BEGIN, END, comment, item, of, read

ALLOWED = {
    Paragraph: {"a", "b", "i", "s", "br", "sup", "sub", "code"},
    Listing: {"a", "b", "i", "s", "br", "sup", "sub", "code", "ol", "ul", "li"},
}
PARTS = 4
LINK = re.compile(r"(https?://[^/\s\\?#]|mailto:.|/(?![/\\]))", re.IGNORECASE)
PLACE = re.compile(r"(https?://[^/\s\\?#]|/(?![/\\]))", re.IGNORECASE)
VIDEO = re.compile(r"https://(www\.youtube\.com/watch\?v=[\w-]+|vimeo\.com/\d+)", re.ASCII)
PLACES = [
    "{}",
    "<p>before {} after</p>",
    "<ul><li>{}</li></ul>",
    '<a href="{}">link</a>',
    "<a href='{}'>link</a>",
    '<img src="{}" alt="{}">',
    '<iframe src="{}"></iframe>',
    '[caption caption="{}"]<img src="/a.jpg" alt="{}">{}[/caption]',
    "[embed]{}[/embed] [youtube={}]",
    "<table><tr><td>{}</td><td>{}</td></tr></table><blockquote>{}</blockquote><pre>{}</pre><h2>{}</h2>",
    "<!-- wp:html -->{}<!-- /wp:html --> <!-- {} -->",
    "<style>{}</style><textarea>{}</textarea><svg>{}</svg><math>{}</math>",
]


def offences(blocks: list[Block]) -> list[str]:
    """Return the elements, attributes and URLs in the blocks that may not be published."""
    return [offence for block in blocks for offence in _offences(block)]


def _offences(block: Block) -> list[str]:
    if isinstance(block, Paragraph | Listing):
        return [
            f"<{tag} {attributes}>"
            for tag, attributes in Elements(block.html).found
            if tag not in ALLOWED[type(block)] or not _is_allowed(tag, attributes)
        ]
    if isinstance(block, Picture):
        return [] if PLACE.match(block.source_url) else [block.source_url]
    if isinstance(block, Embed):
        return [] if VIDEO.fullmatch(block.url) else [block.url]
    return []


def _is_allowed(tag: str, attributes: dict[str, str | None]) -> bool:
    return attributes.keys() == ({"href"} if tag == "a" else set()) and all(
        LINK.match(value or "") for value in attributes.values()
    )


@pytest.fixture(scope="module", params=range(PARTS))
def hostile(request: pytest.FixtureRequest, material: Path) -> list[str]:
    """A part of the lists, so that no test takes longer than a second."""
    lines = (material / "strings" / "xss-payload-list.txt").read_text(errors="replace").splitlines()
    naughty: list[str] = json.loads((material / "strings" / "blns.json").read_text())
    assert (len(lines), len(naughty)) == (6613, 515)
    return (lines + naughty)[request.param :: PARTS]


@pytest.mark.exhaustive
@pytest.mark.parametrize("place", PLACES)
def test_no_hostile_line_leaves_unsafe_markup_in_a_body(hostile: list[str], place: str) -> None:
    caught = {line: found for line in hostile if (found := offences(parse_body(place.replace("{}", line))))}
    assert caught == {}


def test_hostile_lines_together_leave_no_unsafe_markup(hostile: list[str]) -> None:
    for start in range(0, len(hostile), 50):
        assert offences(parse_body("\n\n".join(hostile[start : start + 50]))) == []


def test_unsafe_markup_would_be_noticed() -> None:
    assert offences([Paragraph("<img src=x onerror=y>")])
    assert offences([Paragraph('<a href="/x" onclick="y">z</a>')])
    assert offences([Paragraph('<a href="javascript:x">z</a>')])
    assert offences([Listing("<ul><li><script></script></li></ul>")])
    assert offences([Picture("//evil.example/x")])
    assert offences([Embed("https://www.youtube.com/watch?v=x&y=z")])


@pytest.mark.exhaustive
def test_hostile_lines_stay_inside_their_fields_of_the_records(hostile: list[str], written: Written) -> None:
    """Records are text: they are not cleaned, but neither may a line break out of its field into another."""
    lines = [line for line in hostile if line.strip() and line.isprintable() and "&#" not in line]
    people = "".join(
        f"<wp:author><wp:author_id>{number}</wp:author_id><wp:author_login>a{number}</wp:author_login>"
        f"<wp:author_display_name><![CDATA[{_escaped(line)}]]></wp:author_display_name></wp:author>\n"
        for number, line in enumerate(lines, 1)
    )
    posts = "".join(
        item(number, body=_escaped(line), extra=comment(number, comment_content=_escaped(line)))
        for number, line in enumerate(lines, 1)
    )
    records, refusal = read(written(BEGIN + people + posts + END))
    assert refusal is None
    assert [author.display_name for author in of(WxrAuthor, records)] == [line.strip() for line in lines]
    assert [post.body for post in of(WxrPost, records)] == lines
    assert [found.body for found in of(WxrComment, records)] == lines
    assert {found.approval.value for found in of(WxrComment, records)} == {"approved"}


def _escaped(line: str) -> str:
    return line.replace("]]>", "]]]]><![CDATA[>")


def test_hostile_lines_become_plain_text(hostile: list[str]) -> None:
    assert [line for line in hostile if not isinstance(plain_text(line), str)] == []


CHARACTERS = [*"<>\"'=/&;[] \n"]
TAGS = [
    *("<a href=", "<svg>", "<math>", "<mtext>", "<style>", "<p>", "<table>", "<td>", "</", "<noscript>", "<textarea>"),
    *("<iframe src=", "<img src=", "<template>", "<li>", "<ul>", "<pre>", "<xmp>", "<!--", "-->", "<![CDATA[", "]]>"),
]
OTHERS = [" onload=x", "javascript:", "[caption]", "[/caption]", "[embed]", "https://youtu.be/", "&lt;", "&#60;"]
FRAGMENTS = st.sampled_from(CHARACTERS + TAGS + OTHERS)


@pytest.mark.campaign
def test_no_generated_body_leaves_unsafe_markup() -> None:
    def tried(body: str) -> None:
        assert offences(parse_body(body)) == []

    bodies = st.lists(FRAGMENTS | st.text(max_size=5), max_size=30).map("".join)
    search("hostile bodies", tried, full=20_000, body=bodies)
