"""The copy is whole: every file can be read, and every name in it leads somewhere."""

import dataclasses
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from broadsheet.demo.copy_reader import COPY, PHOTOGRAPHS, Copy, check_references, photo_file, read_copy
from broadsheet.demo.errors import CopyFault
from broadsheet.demo.marks import inline, read_text
from broadsheet.demo.press import top_of_page
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState


@pytest.fixture(scope="module")
def copy() -> Copy:
    return read_copy()


def test_the_copy_has_the_promised_size(copy: Copy) -> None:
    assert len(copy.sections) >= 6
    assert len(copy.stories) >= 60
    assert len({story.published.year for story in copy.stories}) >= 4
    assert len(copy.stories) + len(copy.pages) == len(list(COPY.rglob("*.md")))


def test_every_author_has_signed_something(copy: Copy) -> None:
    assert {author.slug for author in copy.authors} == {slug for story in copy.stories for slug in story.authors}


def test_every_photograph_is_there_and_every_one_is_used(copy: Copy) -> None:
    assert [photo_file(name).stem for name in copy.photos] == sorted(path.stem for path in PHOTOGRAPHS.glob("*.jpg"))


def test_no_photograph_carries_metadata(copy: Copy) -> None:
    """They go into the paper as they are, without the cleaning that every upload has."""
    for name in copy.photos:
        with Image.open(photo_file(name)) as picture:
            assert not picture.getexif(), name
            assert not {"xmp", "comment", "photoshop"} & picture.info.keys(), name


def test_readers_comments_are_in_every_state_and_declined_for_every_reason(copy: Copy) -> None:
    assert {remark.state for remark in copy.remarks} == set(CommentState)
    assert {remark.reason for remark in copy.remarks if remark.reason} == {reason.value for reason in Reason}


def test_declined_and_removed_comments_have_a_reason(copy: Copy) -> None:
    unread = [remark for remark in copy.remarks if remark.state in {CommentState.DECLINED, CommentState.REMOVED}]
    assert [remark.id for remark in unread if not (remark.reason and remark.explanation)] == []


def test_only_the_published_are_answered_or_leave_a_stub(copy: Copy) -> None:
    states = {remark.id: remark.state for remark in copy.remarks}
    shown = {CommentState.PUBLISHED, CommentState.REMOVED, CommentState.WITHDRAWN, CommentState.ERASED}
    assert [remark.id for remark in copy.remarks if remark.answers and states[remark.answers] not in shown] == []


def test_no_page_has_an_address_of_the_paper_itself(copy: Copy) -> None:
    assert {page.slug for page in copy.pages} & {section.slug for section in copy.sections} == set()
    slugs = {page.slug for page in copy.pages} | {section.slug for section in copy.sections}
    assert slugs & settings.RESERVED_SLUGS == set()


def test_the_front_page_has_one_lead_and_its_seconds(copy: Copy) -> None:
    chosen = top_of_page(copy.stories)
    leads = {story.slug for story in copy.stories if story.lead}
    assert chosen[0] in leads
    assert len(chosen) == len(set(chosen)) == 4


@pytest.mark.parametrize(
    ("place", "change", "told"),
    [
        ("stories", {"authors": ["nobody"]}, "authors.toml"),
        ("stories", {"photo": "lighthouse", "alt": ""}, "alt text"),
        ("remarks", {"article": "never-written"}, "not an article"),
        ("remarks", {"answers": "nothing"}, "does not come before it"),
    ],
)
def test_a_reference_to_a_missing_object_is_refused(
    copy: Copy, place: str, change: dict[str, object], told: str
) -> None:
    first, *others = getattr(copy, place)
    broken = dataclasses.replace(copy, **{place: [dataclasses.replace(first, **change), *others]})  # type: ignore[arg-type]
    with pytest.raises(CopyFault, match=told):
        check_references(broken)


def test_two_articles_with_the_same_name_are_refused(copy: Copy) -> None:
    with pytest.raises(CopyFault, match="same file name"):
        check_references(dataclasses.replace(copy, stories=[*copy.stories, copy.stories[0]]))


def test_one_comment_written_twice_is_refused(copy: Copy) -> None:
    with pytest.raises(CopyFault, match="twice"):
        check_references(dataclasses.replace(copy, remarks=[*copy.remarks, copy.remarks[0]]))


def test_a_missing_photograph_is_named(tmp_path: Path) -> None:
    with pytest.raises(CopyFault, match=r"no photograph whale\.jpg"):
        photo_file("whale", tmp_path)


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("Just words.", "front matter"),
        ("+++\nheadline = 1 2\n+++\nWords.", "is not valid TOML"),
        ('+++\nheadline = "H"\ncolour = "red"\n+++\nWords.', "colour"),
        ('+++\nheadline = "H"\n+++\n!whistle', "cannot be read"),
    ],
)
def test_an_invalid_page_is_named_with_its_mistake(tmp_path: Path, page: str, told: str) -> None:
    for name in ("sections", "authors", "comments", "terms", "donations"):
        (tmp_path / f"{name}.toml").write_bytes((COPY / f"{name}.toml").read_bytes())
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/about.md").write_text(page)
    with pytest.raises(CopyFault, match=rf"about\.md.*{told}"):
        read_copy(tmp_path)


def test_invalid_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "sections.toml").write_text("section = what?")
    with pytest.raises(CopyFault, match=r"sections\.toml is not valid TOML"):
        read_copy(tmp_path)


def test_every_mark_becomes_its_block() -> None:
    text = read_text(
        "First\nline.\n\n## Sub\n\n> Said\n> on.\n-- Ada, smith\n\n- one\n- *two*\n\n| a | b |\n| 1 | |\n\n"
        "![crane] A crane. || Tall.\n\n![quay] A quay.\n\n!correction 2026-11-18: It was nine."
    )
    assert [(block["type"], block["value"]) for block in text.blocks] == [
        ("paragraph", "<p>First line.</p>"),
        ("subhead", "Sub"),
        ("quote", {"text": "Said on.", "attribution": "Ada, smith"}),
        ("listing", "<ul><li>one</li><li><i>two</i></li></ul>"),
        (
            "table",
            {
                "data": [["a", "b"], ["1", ""]],
                "first_row_is_table_header": True,
                "first_col_is_header": True,
                "table_header_choice": "both",
            },
        ),
        ("picture", {"photo": "crane", "caption": "A crane.", "alt": "Tall."}),
        ("picture", {"photo": "quay", "caption": "A quay.", "alt": ""}),
    ]
    assert [(entry.made_on.isoformat(), entry.text) for entry in text.corrections] == [("2026-11-18", "It was nine.")]
    assert text.photos == ["crane", "quay"]
    assert text.with_photos({"crane": 7, "quay": 8})[5]["value"]["photo"] == 7


@pytest.mark.parametrize(
    "body",
    ["## Sub\nmore", "> Said\nby him", "- one\ntwo", "| a | b |\n| 1 |", "![x]", "!correction soon: no", "#Sub", "!x"],
)
def test_markup_without_a_blank_line_between_is_refused(body: str) -> None:
    with pytest.raises(CopyFault, match="cannot be read"):
        read_text(body)


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("a *b c* d", "a <i>b c</i> d"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("[here](https://a.example/?b&c)", '<a href="https://a.example/?b&amp;c">here</a>'),
        ("[here](javascript:x)", "[here](javascript:x)"),
        ('[x](https://a.example/"onclick="y)', '<a href="https://a.example/&quot;onclick=&quot;y">x</a>'),
    ],
)
def test_within_a_line_only_emphasis_and_web_addresses_are_more_than_text(line: str, html: str) -> None:
    assert inline(line) == html
