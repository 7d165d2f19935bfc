"""`broadsheet bake --all`: every public page, and a copy of them in which every link leads somewhere."""

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
from broadsheet.pagecache.baking import Asked, Fate
from tests.command import world
from tests.command.papers import BROADSHEET, Paper, copy_of, drop, refusal_of, surroundings
from tests.contracts.test_headers import BAKED, TABLE
from tests.contracts.tree import ROOT

LIVE = "https://courier.example"
# What a folder of files cannot answer, and where it therefore leads to the paper itself.
OF_THE_PAPER = [r"/search/", r"/\d{4}/\d\d/\d\d/[-\w]+/comments/write/(\d+/)?"]
ADDRESS = re.compile(r"""\s(href|src|action|srcset)="([^"]*)\"""")


@dataclass
class Copied:
    """A paper with one of everything, its copy, and what the command said."""

    paper: Paper
    folder: Path
    article: str
    said: str

    def file(self, path: str) -> Path:
        """The file that a web server finds for an address."""
        found = self.folder / unquote(path).lstrip("/")
        return found / "index.html" if path.endswith("/") else found

    def pages(self) -> dict[str, str]:
        """Every HTML page, by its address."""
        files = self.folder.rglob("*.html")
        return {f"/{file.relative_to(self.folder)}".removesuffix("index.html"): file.read_text() for file in files}


@pytest.fixture(scope="module")
def copied(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    """Made once, and only looked at."""
    above = tmp_path_factory.mktemp("bake")
    paper = copy_of(template, above / "paper")
    paper.add_option(f'base_url = "{LIVE}/"')
    article = paper.shell("from tests.command import world; world.fill()").splitlines()[-1]
    made = paper.run("bake", "--all", "--to", above / "copy")
    assert made.returncode == 0, made.stdout + made.stderr
    yield Copied(paper, above / "copy", f"/{article}/", made.stdout)
    drop(paper.database)


def addresses_in(text: str) -> Iterator[tuple[str, str]]:
    """Each address in a page, with the attribute in which it stands."""
    for name, value in ADDRESS.findall(text):
        if name == "srcset":
            yield from ((name, unescape(one.split()[0])) for one in value.split(","))
        else:
            yield name, unescape(value)


def test_every_kind_of_page_that_is_baked_is_in_the_copy(copied: Copied) -> None:
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
        *("/harbour/feed/atom/index.xml", "/sitemap.xml", "/sitemap-articles-1.xml", "/news-sitemap.xml"),
        *("{article}", "{article}comments/page/2/", "{article}comments/newest/", "{article}comments/newest/page/2/"),
    ],
)
def test_each_of_these_is_a_file_in_the_copy(path: str, copied: Copied) -> None:
    assert copied.file(path.format(article=copied.article)).stat().st_size > 100


def test_whatever_the_sitemaps_name_is_in_the_copy(copied: Copied) -> None:
    maps = [copied.file(path).read_text() for path in ("/sitemap-pages.xml", "/sitemap-articles-1.xml")]
    named = re.findall(rf"<loc>{LIVE}([^<]*)</loc>", "".join(maps))
    assert len(named) > world.ARTICLES
    assert [path for path in named if not copied.file(unescape(path)).exists()] == []


def test_every_link_leads_to_a_file_when_the_copy_is_served_by_any_web_server(copied: Copied) -> None:
    pages = copied.pages()
    links = {(name, urljoin(page, link)) for page, text in pages.items() for name, link in addresses_in(text)}
    ours = {link.partition("#")[0] for _, link in links if link.startswith("/")}
    assert len(ours) > 60
    with served(copied.folder) as address:
        assert [link for link in sorted(ours) if status_of(address + quote(link, safe="/%")) != 200] == []
    assert [link for name, link in links if name == "action" and not link.startswith(f"{LIVE}/")] == []


def test_what_a_folder_cannot_answer_leads_to_the_paper_and_nothing_else_does(copied: Copied) -> None:
    pages = copied.pages().values()
    out = {link.removeprefix(LIVE) for text in pages for _, link in addresses_in(text) if link.startswith(LIVE)}
    canonical = {unescape(one) for text in pages for one in re.findall(rf'rel="canonical" href="{LIVE}([^"]*)"', text)}
    shapes = {shape for shape in OF_THE_PAPER for path in out - canonical if re.fullmatch(shape, path)}
    assert shapes == set(OF_THE_PAPER)
    assert [path for path in out - canonical if not any(re.fullmatch(shape, path) for shape in OF_THE_PAPER)] == []


def test_a_comments_own_address_leads_to_where_it_stands(copied: Copied) -> None:
    second = copied.file(f"{copied.article}comments/page/2/").read_text()
    linked = {link for _, link in addresses_in(second) if "#comment-" in link}
    assert len(linked) >= 2
    for link in linked:
        path, _, anchor = urljoin(f"{copied.article}comments/page/2/", link).partition("#")
        assert f'id="{anchor}"' in copied.file(path).read_text()
    assert not any('href="/comments/' in text for text in copied.pages().values())


def test_pictures_are_beside_the_pages_in_every_format(copied: Copied) -> None:
    beginnings = {file.read_bytes()[:12] for file in (copied.folder / "images").rglob("*.jpg")}
    assert {one[4:8] for one in beginnings} >= {b"ftyp"}  # AVIF
    assert {one[8:12] for one in beginnings} >= {b"WEBP"}
    assert {one[:2] for one in beginnings} >= {b"\xff\xd8"}  # JPEG


def test_what_was_removed_or_taken_down_is_not_in_the_copy(copied: Copied) -> None:
    pages = copied.pages()
    assert not any(world.REMOVED in text for text in pages.values())
    assert [path for path, text in pages.items() if "This article is no longer available" in text] == [
        copied.article.rpartition("/")[0].rpartition("/")[0] + "/a-mistake/"
    ]
    assert not any("The tide, part" in text and "A mistake" in text for text in pages.values())


def test_it_tells_how_many_pages_there_are_and_what_became_of_them(copied: Copied) -> None:
    total = int(re.findall(r"^(\d+) pages\.$", copied.said, re.MULTILINE)[0])
    assert f"{total} baked, 0 already baked." in copied.said
    again = copied.paper.run("bake", "--all")
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1] == f"0 baked, {total} already baked."
    assert f"The copy is in {copied.folder}: " in copied.said


def test_a_stop_that_python_loses_is_heard_with_the_next_page() -> None:
    progress = Progress(total=2)
    progress.add(Asked("/", 200, (), b"", Fate.BAKED), failure="")
    with suppress(KeyboardInterrupt):  # as where it is raised while something is thrown away
        progress.stop(signal.SIGINT, None)
    with pytest.raises(KeyboardInterrupt):
        progress.add(Asked("/town/", 200, (), b"", Fate.BAKED), failure="")
    assert str(progress) == "1 baked, 0 already baked"


def test_a_run_that_is_stopped_leaves_the_earlier_copy_whole_and_says_so(copied: Copied) -> None:
    before = {file: file.stat().st_ino for file in copied.folder.rglob("*")}
    for how, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)):
        shutil.rmtree(copied.paper.folder / "baked")  # so that it has enough to do
        program = subprocess.Popen(
            [*BROADSHEET, "--data", copied.paper.folder, "bake", "--all", "--to", copied.folder],
            cwd=ROOT, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert program.stdout
        program.stdout.readline()
        program.send_signal(how)
        said, _ = program.communicate(timeout=120)
        assert program.returncode == code
        assert ("Stopped: " in said and "is unchanged" in said) == (how == signal.SIGINT)
        assert {file: file.stat().st_ino for file in copied.folder.rglob("*")} == before
    again = copied.paper.run("bake", "--all", "--to", copied.folder)
    assert again.returncode == 0, again.stderr
    assert sorted(copied.folder.parent.iterdir()) == [copied.folder, copied.paper.folder]


# What is met on the way.


@pytest.mark.parametrize(
    ("database", "said"), [("postgresql://postgres@127.0.0.1:1/none", "The database cannot be used")]
)
def test_without_a_database_it_says_so(database: str, said: str, paper: Paper) -> None:
    assert said in refusal_of(paper.run("bake", "--all", BROADSHEET_DATABASE_URL=database))


def test_where_no_page_can_be_kept_it_says_so_instead_of_trying_all(paper: Paper) -> None:
    paper.run("bake", "--all")
    pages = paper.folder / "baked/pages"
    shutil.rmtree(pages)
    pages.touch()
    ran = paper.run("bake", "--all")
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "could not be stored" in ran.stdout + ran.stderr


def test_only_a_new_an_empty_or_an_earlier_copys_folder_is_taken(tmp_path: Path) -> None:
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
        with replacement(mine) as beside:
            (beside / "page").write_text(words)
        assert (mine / "page").read_text() == words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"]


def test_two_copies_are_not_made_in_one_place_at_once(tmp_path: Path) -> None:
    with (
        replacement(tmp_path / "copy"),
        pytest.raises(FolderUnavailable, match="Another copy"),
        replacement(tmp_path / "copy"),
    ):
        pass


def test_a_copy_that_was_set_aside_when_the_power_went_comes_back(tmp_path: Path) -> None:
    folder, aside = tmp_path / "copy", tmp_path / ".copy.old"
    aside.mkdir()
    (aside / MARKER).touch()
    with pytest.raises(RuntimeError), replacement(folder):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    assert (folder / MARKER).exists()


@pytest.mark.parametrize("tag", ['<a title="1 > 0" href="/search/">', '<form action="/search/" novalidate>', "<br>"])
def test_a_tag_is_seen_whole(tag: str) -> None:
    assert static_copy.TAG.findall(f'He said "1 &lt; 2 > 0"{tag}') == [tag]


class Quiet(SimpleHTTPRequestHandler):
    """Python's own web server, without its log."""

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class served:  # noqa: N801 - reads as what it does
    """A folder, served by Python's own web server."""

    def __init__(self, folder: Path) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))

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
