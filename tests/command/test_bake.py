"""`broadsheet bake --all` bakes every public page, and makes a copy of them without broken links."""

import re
import shutil
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, unquote, urljoin

import pytest
from django.urls import resolve

from broadsheet.command import static_copy
from broadsheet.command.bake import Progress
from broadsheet.command.static_copy import MARKER, FolderUnavailable, replacement
from broadsheet.pagecache.baking import BakeResult, PageResponse
from tests.command import sample_paper
from tests.command.papers import BROADSHEET, Paper, copy_paper, drop_database, environment, refusal_of
from tests.contracts.test_headers import BAKED, TABLE
from tests.contracts.tree import ROOT

LIVE = "https://courier.example"
# The pages that a folder of files cannot serve, and the feeds that are empty, so that links lead to the live paper.
_COMMENTS = r"/\d{4}/\d\d/\d\d/[-\w]+/comments"
LIVE_PATHS = [r"/search/", rf"{_COMMENTS}/write/(\d+/)?", rf"{_COMMENTS}/feed/"]
URL_ATTRIBUTE = re.compile(r"""\s(href|src|action|srcset)="([^"]*)\"""")


@dataclass
class Copied:
    """A sample paper, its copy, and the output of the command."""

    paper: Paper
    folder: Path
    article: str
    output: str

    def file(self, path: str) -> Path:
        """Return the file that a web server serves for a path."""
        file = self.folder / unquote(path).lstrip("/")
        return file / "index.html" if path.endswith("/") else file

    def pages(self) -> dict[str, str]:
        """Return the HTML pages by their paths."""
        files = self.folder.rglob("*.html")
        return {f"/{file.relative_to(self.folder)}".removesuffix("index.html"): file.read_text() for file in files}


@pytest.fixture(scope="module")
def copied(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    """The copy for all tests that only read it."""
    folder = tmp_path_factory.mktemp("bake")
    paper = copy_paper(template, folder / "paper")
    paper.add_option(f'base_url = "{LIVE}/"')
    article = paper.shell("from tests.command import sample_paper; sample_paper.fill()").splitlines()[-1]
    result = paper.run("bake", "--all", "--to", folder / "copy")
    assert result.returncode == 0, result.stdout + result.stderr
    yield Copied(paper, folder / "copy", f"/{article}/", result.stdout)
    drop_database(paper.database)


def urls_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the attribute and the value of each URL in a page."""
    for name, value in URL_ATTRIBUTE.findall(text):
        if name == "srcset":
            yield from ((name, unescape(item.split()[0])) for item in value.split(","))
        else:
            yield name, unescape(value)


def test_the_copy_has_every_kind_of_baked_page(copied: Copied) -> None:
    files = [f"/{file.relative_to(copied.folder)}" for file in copied.folder.rglob("*") if file.is_file()]
    pages = [file for file in files if not file.startswith(("/static/", "/.", "/404.html"))]
    paths = [re.sub(r"index\.(html|xml)$", "", page) for page in pages]
    kinds = {resolve(path).view_name for path in paths}
    assert {name for name, (kind, _) in TABLE.items() if kind is BAKED} - kinds == set()
    assert "newsroom:photo" in kinds


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/harbour/", "/harbour/page/2/", "/nothing-yet/", "/about/", "/imprint/", "/authors/nobody-yet/"),
        *(
            "/authors/ida-holm/page/2/",
            "/tags/tides/page/2/",
            "/archive/",
            "/404.html",
            "/robots.txt",
            "/feed/index.xml",
        ),
        *("/corrections/", "/corrections/page/2/", "/corrections/feed/atom/index.xml", "/logo.png"),
        *("/authors/ida-holm/feed/index.xml", "/tags/tides/feed/atom/index.xml", "{article}comments/feed/index.xml"),
        *("/harbour/feed/atom/index.xml", "/sitemap.xml", "/sitemap-articles-1.xml", "/news-sitemap.xml"),
        *("{article}", "{article}comments/page/2/", "{article}comments/newest/", "{article}comments/newest/page/2/"),
    ],
)
def test_the_copy_has_a_file_for_each_of_these_paths(path: str, copied: Copied) -> None:
    assert copied.file(path.format(article=copied.article)).stat().st_size > 100


def test_the_copy_has_every_page_of_the_sitemaps(copied: Copied) -> None:
    maps = [copied.file(path).read_text() for path in ("/sitemap-pages.xml", "/sitemap-articles-1.xml")]
    named = re.findall(rf"<loc>{LIVE}([^<]*)</loc>", "".join(maps))
    assert len(named) > sample_paper.ARTICLES
    assert [path for path in named if not copied.file(unescape(path)).exists()] == []


def test_no_link_of_the_copy_is_broken_when_a_plain_web_server_serves_it(copied: Copied) -> None:
    pages = copied.pages()
    links = {(name, urljoin(page, link)) for page, text in pages.items() for name, link in urls_in(text)}
    ours = {link.partition("#")[0] for _, link in links if link.startswith("/")}
    assert len(ours) > 60
    with WebServer(copied.folder) as address:
        assert [link for link in sorted(ours) if status_of(address + quote(link, safe="/%")) != 200] == []
    assert [link for name, link in links if name == "action" and not link.startswith(f"{LIVE}/")] == []


def test_only_links_to_the_search_the_form_and_the_feed_of_an_empty_column_lead_to_the_live_paper(
    copied: Copied,
) -> None:
    pages = copied.pages().values()
    out = {link.removeprefix(LIVE) for text in pages for _, link in urls_in(text) if link.startswith(LIVE)}
    canonical = {unescape(url) for text in pages for url in re.findall(rf'rel="canonical" href="{LIVE}([^"]*)"', text)}
    shapes = {shape for shape in LIVE_PATHS for path in out - canonical if re.fullmatch(shape, path)}
    assert shapes == set(LIVE_PATHS)
    assert [path for path in out - canonical if not any(re.fullmatch(shape, path) for shape in LIVE_PATHS)] == []


def test_the_permalink_of_a_comment_leads_to_its_page_in_the_copy(copied: Copied) -> None:
    second = copied.file(f"{copied.article}comments/page/2/").read_text()
    linked = {link for _, link in urls_in(second) if "#comment-" in link}
    assert len(linked) >= 2
    for link in linked:
        path, _, anchor = urljoin(f"{copied.article}comments/page/2/", link).partition("#")
        assert f'id="{anchor}"' in copied.file(path).read_text()
    assert not any('href="/comments/' in text for text in copied.pages().values())


def test_the_copy_has_the_images_in_every_format(copied: Copied) -> None:
    heads = {file.read_bytes()[:12] for file in (copied.folder / "images").rglob("*.jpg")}
    assert {head[4:8] for head in heads} >= {b"ftyp"}  # AVIF
    assert {head[8:12] for head in heads} >= {b"WEBP"}
    assert {head[:2] for head in heads} >= {b"\xff\xd8"}  # JPEG


def test_removed_comments_and_unpublished_articles_are_not_in_the_copy(copied: Copied) -> None:
    pages = copied.pages()
    assert not any(sample_paper.REMOVED in text for text in pages.values())
    assert [path for path, text in pages.items() if "This article is no longer available" in text] == [
        copied.article.rpartition("/")[0].rpartition("/")[0] + "/a-mistake/"
    ]
    assert not any("The tide, part" in text and "A mistake" in text for text in pages.values())


def test_bake_prints_the_number_of_pages_and_the_results(copied: Copied) -> None:
    total = int(re.findall(r"^(\d+) pages\.$", copied.output, re.MULTILINE)[0])
    assert f"{total} baked, 0 already baked." in copied.output
    again = copied.paper.run("bake", "--all")
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1] == f"0 baked, {total} already baked."
    assert f"The copy is in {copied.folder}: " in copied.output


def test_an_interrupt_that_is_swallowed_stops_at_the_next_page() -> None:
    progress = Progress(total=2)
    progress.add(PageResponse("/", 200, (), b"", BakeResult.BAKED), failure="")
    with suppress(KeyboardInterrupt):  # as where it is raised while something is thrown away
        progress.stop(signal.SIGINT, None)
    with pytest.raises(KeyboardInterrupt):
        progress.add(PageResponse("/town/", 200, (), b"", BakeResult.BAKED), failure="")
    assert str(progress) == "1 baked, 0 already baked"


def test_an_interrupted_run_leaves_the_earlier_copy_unchanged(copied: Copied) -> None:
    before = {file: file.stat().st_ino for file in copied.folder.rglob("*")}
    for signal_number, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)):
        shutil.rmtree(copied.paper.folder / "baked")  # so that it has enough to do
        program = subprocess.Popen(
            [*BROADSHEET, "--data", copied.paper.folder, "bake", "--all", "--to", copied.folder],
            cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert program.stdout
        program.stdout.readline()
        program.send_signal(signal_number)
        output, _ = program.communicate(timeout=120)
        assert program.returncode == code
        assert ("Stopped: " in output and "is unchanged" in output) == (signal_number == signal.SIGINT)
        assert {file: file.stat().st_ino for file in copied.folder.rglob("*")} == before
    again = copied.paper.run("bake", "--all", "--to", copied.folder)
    assert again.returncode == 0, again.stderr
    assert sorted(copied.folder.parent.iterdir()) == [copied.folder, copied.paper.folder]


# Failures.


@pytest.mark.parametrize(
    ("url", "message"), [("postgresql://postgres@127.0.0.1:1/none", "The database cannot be used")]
)
def test_bake_refuses_when_the_database_is_away(url: str, message: str, paper: Paper) -> None:
    assert message in refusal_of(paper.run("bake", "--all", BROADSHEET_DATABASE_URL=url))


def test_bake_stops_when_no_page_can_be_stored(paper: Paper) -> None:
    paper.run("bake", "--all")
    pages = paper.folder / "baked/pages"
    shutil.rmtree(pages)
    pages.touch()
    ran = paper.run("bake", "--all")
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "could not be stored" in ran.stdout + ran.stderr


def test_a_copy_needs_a_folder_that_is_new_or_empty_or_an_earlier_copy(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "emails.txt").write_text("Dear Ida")
    (tmp_path / "file").touch()
    for folder, why in ((mine, "something other than an earlier copy"), (tmp_path / "file", "is a file")):
        with pytest.raises(FolderUnavailable, match=why), replacement(folder):
            pass
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["emails.txt", "file", "mine"]
    (mine / "emails.txt").unlink()
    for words in ("the first", "the second"):
        with replacement(mine) as new_folder:
            (new_folder / "page").write_text(words)
        assert (mine / "page").read_text() == words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"]


def test_a_folder_beneath_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(FolderUnavailable, match=r"because .*/file cannot be written to"),
        replacement(tmp_path / "file" / "new" / "copy"),
    ):
        pass


def test_a_folder_that_cannot_take_the_copy_is_refused_before_anything_is_done(paper: Paper, tmp_path: Path) -> None:
    (tmp_path / "emails.txt").write_text("Dear Ida")
    before = sorted(paper.folder.rglob("*"))
    result = paper.run("bake", "--all", "--to", tmp_path)
    assert "holds something other than an earlier copy" in refusal_of(result)
    assert result.stdout == ""
    assert sorted(paper.folder.rglob("*")) == before


def test_a_second_copy_in_the_same_place_is_refused_while_the_first_is_made(tmp_path: Path) -> None:
    with (
        replacement(tmp_path / "copy"),
        pytest.raises(FolderUnavailable, match="Another copy"),
        replacement(tmp_path / "copy"),
    ):
        pass


def test_a_copy_that_was_being_replaced_during_a_power_cut_is_restored(tmp_path: Path) -> None:
    folder, aside = tmp_path / "copy", tmp_path / ".copy.old"
    aside.mkdir()
    (aside / MARKER).touch()
    with pytest.raises(RuntimeError), replacement(folder):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    assert (folder / MARKER).exists()


@pytest.mark.parametrize("tag", ['<a title="1 > 0" href="/search/">', '<form action="/search/" novalidate>', "<br>"])
def test_a_tag_is_matched_with_all_its_attributes(tag: str) -> None:
    assert static_copy.TAG.findall(f'He said "1 &lt; 2 > 0"{tag}') == [tag]


class QuietHandler(SimpleHTTPRequestHandler):
    """A handler that logs nothing."""

    def log_message(self, *_: object) -> None:
        """Ignore the message."""


class WebServer:
    """Python's own web server for a folder."""

    def __init__(self, folder: Path) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))

    def __enter__(self) -> str:
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own, on loopback
            status: int = answer.status
    except HTTPError as error:
        with error:
            return error.code
    return status
