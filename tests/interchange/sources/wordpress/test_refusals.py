"""A file of another kind is refused in a sentence that names the line, and a damaged export after its complete part."""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broadsheet.core.errors import Refusal
from broadsheet.interchange.errors import NotAnExport
from broadsheet.interchange.sources.wordpress import reader
from broadsheet.interchange.sources.wordpress.wxr import WxrPost
from tests.interchange.conftest import Written
from tests.interchange.wxr import BEGIN, END, item, of, read

NOBODY = 65534  # the user id of “nobody”
FEED = '<rss version="2.0">\n<channel>\n<title>Feed</title>\n<item><title>News</title></item>\n</channel></rss>'


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        ("", "empty", 1),
        (" \n\n", "empty", 1),
        ("\n\nWarning: something", "not XML", 3),
        ("<!DOCTYPE html>\n<html><body>Sign in</body></html>", "web page", 1),
        ("\n<HTML><body>", "web page", 2),
        ('\n{"posts": []}', "JSON", 2),
        ("[1]", "JSON", 1),
        ("<!-- a\n feed -->\n<feed xmlns='http://www.w3.org/2005/Atom'></feed>", "<feed>", 3),
        ("<?xml version='1.0'?>\n<!-- nothing -->", "no element", 2),
        (FEED, "RSS feed", 4),
        ('<rss version="2.0"><channel><title>Feed</title></channel></rss>', "RSS feed", 1),
        (BEGIN.replace("<channel>", "<chanel>") + item() + END.replace("channel", "chanel"), "<chanel>", 8),
        (item(), "<item>", 1),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_line(written: Written, content: str, words: str, line: int) -> None:
    records, refusal = read(written(content))
    assert records == []
    assert refusal is not None
    assert words in refusal.message
    assert refusal.line == line
    assert refusal.message.startswith(f"Line {line}: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(b"<rss>", mtime=0), "gzip"),
        (b"PK\x03\x04....", "zip"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
    ],
    ids=["gzip", "zip", "picture"],
)
def test_a_binary_file_is_refused_by_its_kind(written: Written, content: bytes, words: str) -> None:
    records, refusal = read(written(content))
    assert records == []
    assert refusal is not None
    assert words in refusal.message


def test_a_folder_a_missing_file_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    sentences = [read(tmp_path / name)[1] for name in (".", "missing.xml", "pipe")]
    assert [sentence is not None and sentence.code for sentence in sentences] == ["not-an-export"] * 3
    assert "folder" in str(sentences[0])
    assert "no file missing.xml" in str(sentences[1])


@contextmanager
def unprivileged_user() -> Iterator[None]:
    """Run as a user without rights, because root may open every file."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_without_read_permission_is_refused(written: Written) -> None:
    path = written(BEGIN + END)
    path.chmod(0)
    with unprivileged_user():
        assert "Permission denied" in str(read(path)[1])


def test_a_refusal_is_a_refusal_of_the_paper() -> None:
    refusal = NotAnExport("No.", line=3)
    assert isinstance(refusal, Refusal)
    assert (refusal.message, refusal.code, refusal.http_status) == ("Line 3: No.", "not-an-export", 422)


@pytest.mark.parametrize("first", range(4))
def test_a_file_truncated_anywhere_yields_the_complete_posts_and_then_names_its_line(
    first: int, written: Written
) -> None:
    export = BEGIN + item(1) + item(2) + END
    for end in range(len(BEGIN) - 40 + first, export.index("</rss"), 4):
        records, refusal = read(written(export[:end]))
        whole = export[:end].count("</item>")
        assert [post.source_id for post in of(WxrPost, records)] == [1, 2][:whole], export[:end][-30:]
        assert refusal is not None
        assert f"after {whole} complete posts" in refusal.message
        assert refusal.line == export[:end].rstrip("\n").count("\n") + 1
        assert "Export the site again" in refusal.message


def test_a_text_too_long_for_the_parser_is_refused_and_never_shortened(written: Written) -> None:
    records, refusal = read(written(BEGIN + item(1) + item(2, body="word\n" * 2_500_000) + item(3) + END))
    assert [post.source_id for post in of(WxrPost, records)] == [1]
    assert refusal is not None
    assert refusal.line is not None
    assert refusal.line > BEGIN.count("\n") + item().count("\n")


def test_elements_nested_too_deeply_are_refused_with_their_line(written: Written) -> None:
    _, refusal = read(written(BEGIN + "<a>" * 300 + item() + END))
    assert refusal is not None
    assert refusal.line == BEGIN.count("\n") + 1


@pytest.mark.parametrize("declared", [True, False])
def test_a_second_export_in_the_same_file_is_not_lost_silently(written: Written, declared: bool) -> None:
    first, second = BEGIN + item(1) + END, BEGIN + item(2) + END
    records, refusal = read(written(first + (second if declared else second.partition("\n")[2])))
    assert [post.source_id for post in of(WxrPost, records)] == [1]
    assert refusal is not None
    assert "second export" in refusal.message
    assert refusal.line is not None
    assert first.count("\n") < refusal.line <= first.count("\n") + 3


def test_unmatched_closing_tags_never_end_the_reading_silently(written: Written) -> None:
    posts = "".join(item(number, extra="</b></i>") for number in range(1, 6))
    _, refusal = read(written(BEGIN + posts + END))
    assert refusal is not None
    assert "never opened" in refusal.message
    assert refusal.line == BEGIN.count("\n") + item().count("\n")


def test_a_file_with_too_many_errors_is_refused(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "REPAIRS_ALLOWED", 20)
    _, refusal = read(written(BEGIN + item(1, extra="&unknown;" * 30) + END))
    assert refusal is not None
    assert "errors up to this line" in refusal.message
