"""Varnish, with the file that the guide ships, keeps what is baked until the paper says that it is stale; no longer."""

import gzip
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings

from tests.command.logs import written
from tests.command.papers import TIMEOUT, Paper, copy_paper, drop_database, serving, wait_until
from tests.conftest import borrow
from tests.contracts.tree import ROOT
from tests.journeys.test_behind_nginx import CSRF, HOST, Answered, answers, ask
from tools import equipment
from tools.ports import free_port

SHIPPED = ROOT / "docs/how-to/varnish.vcl"
WORDS = b"I saw it from the quay."
SETTING = """
import json
from broadsheet.accounts.states import Role
from broadsheet.donations.models import DonationAppeal
from broadsheet.newsroom.pictures import sources_of
from tests.factories import accounts, discussion, newsroom
harbour = newsroom.section("Harbour")
article, other = newsroom.article(harbour, title="The dredger is back"), newsroom.article(harbour, title="The quay")
comment = discussion.published(article, text="I saw it from the quay.")
waiting = discussion.pending(other, text="The tide was out.")
DonationAppeal.load()
addresses = {
    "front page": "/",
    "section": "/harbour/",
    "article": f"/{article.address}/",
    "other": f"/{other.address}/",
    "feed": "/feed/",
    "robots": "/robots.txt",
    "sitemap": "/sitemap.xml",
    "webp": sources_of(newsroom.photo()).webp.split()[0],
}
session = accounts.signed_in(Role.REVIEWER).cookies["sessionid"].value
found = {"addresses": addresses, "session": session, "comment": [comment.pk, comment.latest_id]}
print(json.dumps({**found, "waiting": [waiting.pk, waiting.latest_id]}))
"""
# What belongs to the connection, to the moment or to who serves it. Varnish unpacks for whoever takes no gzip, and
# says so in the ETag.
OF_WHO_SERVES = {
    *("accept-ranges", "age", "cache-status", "connection", "content-length", "date", "etag", "server"),
    *("surrogate-control", "transfer-encoding", "xkey"),
}


def kept(answered: Answered) -> bool:
    """Whether Varnish answered by itself."""
    return answered.headers.get("cache-status") == "varnish; hit"


def lasting(answered: Answered) -> dict[str, str]:
    """The headers that are the same whoever serves the page."""
    return {name: value for name, value in answered.headers.items() if name not in OF_WHO_SERVES}


@dataclass
class Varnish:
    """A Varnish of this test's own, in a folder of its own, with the shipped file."""

    folder: Path
    upstream: int
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        """Fills the shipped file in, as the guide says."""
        self.folder.mkdir()
        shipped = SHIPPED.read_text()
        assert '.port = "8000"' in shipped
        (self.folder / "paper.vcl").write_text(shipped.replace('.port = "8000"', f'.port = "{self.upstream}"'))

    def command(self, *words: str) -> list[str]:
        """Varnish in this folder, for this machine only."""
        return [
            str(equipment.varnish()),
            "-n",
            f"{self.folder}/varnish",
            "-f",
            f"{self.folder}/paper.vcl",
            "-j",
            "none",
            *words,
        ]

    @contextmanager
    def running(self) -> Iterator["Varnish"]:
        """Answers until the block ends."""
        words = ["-F", "-T", "none", "-a", f"127.0.0.1:{self.port}", "-s", "malloc,32m"]
        with written("Varnish") as log:
            program = subprocess.Popen(
                self.command(*words), stdin=subprocess.DEVNULL, stdout=log.file, stderr=subprocess.STDOUT
            )
            try:
                wait_until(lambda: program.poll() is not None or answers(self.port))
                assert program.poll() is None
                yield self
            finally:
                program.terminate()
                program.wait(timeout=TIMEOUT)

    def get(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Answered:
        """Asks as what ends TLS before it does; headers as Python writes them: `accept_encoding="gzip"`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.plain(path, method, body, {"X-Forwarded-Proto": "https", **named})

    def plain(self, path: str, method: str, body: str, headers: dict[str, str], source: str = "127.0.0.1") -> Answered:
        """Asks past that, from one of this machine's addresses."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT, source_address=(source, 0))
        return ask(line, method, path, body, headers)

    def purge(self, keys: str) -> Answered:
        """Says what is stale, as the paper does."""
        return self.plain("/", "PURGE", "", {"xkey-purge": keys})


@dataclass
class Town:
    """A paper that is served, Varnish in front of it, and what the paper has in it."""

    paper: Paper
    varnish: Varnish
    addresses: dict[str, str]
    comment: tuple[int, int]
    waiting: tuple[int, int]
    session: str

    def direct(self, path: str, method: str = "GET", **headers: str) -> Answered:
        """Asks the paper itself, as Varnish does."""
        line = socket.create_connection(("127.0.0.1", self.varnish.upstream), timeout=TIMEOUT)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(line, method, path, "", {**named, "X-Forwarded-Proto": "https"})

    def in_varnish(self, path: str) -> Answered:
        """The page from Varnish's memory, once it is there; what is said twice to Varnish may take it away again."""
        wait_until(lambda: kept(self.varnish.get(path)))
        return self.varnish.get(path)

    def decide(self, comment: tuple[int, int], **decision: str) -> None:
        """Decides at the desk, through Varnish."""
        number, revision = comment
        decided = self.varnish.get(
            f"/desk/comments/{number}/decide/",
            "POST",
            urlencode({"revision": str(revision), **decision}),
            content_type="application/x-www-form-urlencoded",
            cookie=f"sessionid={self.session}; csrftoken={CSRF}",
            x_csrftoken=CSRF,
            referer=f"https://{HOST}/desk/",
        )
        assert decided.status == 302, decided.body


@pytest.fixture(scope="module")
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One for all tests of this module; no paper is made where there is no Varnish."""
    borrow("varnish")
    folder = tmp_path_factory.mktemp("behind-varnish")
    paper = copy_paper(request.getfixturevalue("template"), folder / "paper")
    port, upstream = free_port(), free_port()
    paper.add_option(f'base_url = "https://{HOST}/"')
    paper.add_option('surrogate_header = "xkey"')
    paper.add_option(f'purge_addresses = ["http://127.0.0.1:{port}/"]')
    found = json.loads(paper.shell(SETTING))
    with Varnish(folder / "varnish", upstream, port).running() as varnish, serving(paper, port=upstream):
        state = paper.folder / "baked" / "cdn.json"
        wait_until(lambda: state.exists() and json.loads(state.read_text())["sent"])
        wait_until(lambda: varnish.get("/robots.txt").status == 200)
        yield Town(paper, varnish, **found)
    drop_database(paper.database)


def test_varnish_objects_to_nothing_in_the_shipped_file(tmp_path: Path) -> None:
    borrow("varnish")
    shipped = Varnish(tmp_path / "varnish", 8000)
    said = subprocess.run(shipped.command("-C"), capture_output=True, timeout=TIMEOUT, check=False)
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize("kind", ["front page", "section", "article", "other", "feed", "robots", "sitemap", "webp"])
def test_the_first_reader_is_answered_by_the_paper_and_the_next_by_varnish_with_the_same(town: Town, kind: str) -> None:
    path = town.addresses[kind]
    town.varnish.purge("paper")
    first, second, own = town.varnish.get(path), town.in_varnish(path), town.direct(path)
    assert [kept(first), kept(second)] == [False, True]
    assert (first.status, second.status, own.status) == (200, 200, 200)
    assert first.body == second.body == own.body
    assert lasting(first) == lasting(second) == lasting(own)
    assert not {"xkey", "surrogate-control", "x-varnish", "via"} & {*first.headers, *second.headers}


def test_a_page_travels_compressed_to_whoever_asks_for_that(town: Town) -> None:
    plain, packed = town.in_varnish("/harbour/"), town.varnish.get("/harbour/", accept_encoding="gzip")
    assert kept(packed)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_whoever_has_the_page_is_told_that_it_still_stands(town: Town) -> None:
    had = town.in_varnish("/harbour/")
    again = town.varnish.get("/harbour/", if_none_match=had.headers["etag"])
    assert (again.status, again.body, kept(again)) == (304, b"", True)
    assert again.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert town.varnish.get("/harbour/", if_none_match='"another"').status == 200


def test_the_answer_after_a_removal_at_the_desk_is_free_of_the_words(town: Town) -> None:
    path = town.addresses["article"]
    assert WORDS in town.in_varnish(path).body
    assert WORDS in gzip.decompress(town.varnish.get(path, accept_encoding="gzip").body)
    elsewhere = town.in_varnish(town.addresses["other"])
    town.decide(town.comment, outcome="remove", reason="4")
    packed, plain = town.varnish.get(path, accept_encoding="gzip"), town.varnish.get(path)
    again = town.varnish.get(town.addresses["other"])
    assert WORDS not in gzip.decompress(packed.body)
    assert WORDS not in plain.body
    assert WORDS not in town.in_varnish(path).body
    assert kept(again)
    assert again.body == elsewhere.body


def test_the_answer_after_a_comment_is_taken_has_it(town: Town) -> None:
    path = town.addresses["other"]
    assert b"The tide was out." not in town.in_varnish(path).body
    town.decide(town.waiting, outcome="approve")
    assert b"The tide was out." in town.varnish.get(path).body


def test_a_cookie_changes_nothing_on_a_public_page(town: Town) -> None:
    there = town.in_varnish("/harbour/")
    signed_in = town.varnish.get("/harbour/", cookie=f"sessionid={town.session}")
    assert kept(signed_in)
    assert signed_in.body == there.body
    assert "set-cookie" not in signed_in.headers


def test_a_page_that_was_first_asked_for_with_a_cookie_is_the_same_for_everybody(town: Town) -> None:
    town.varnish.purge("paper")
    signed_in = town.varnish.get("/harbour/", cookie=f"sessionid={town.session}")
    anybody = town.in_varnish("/harbour/")
    assert [kept(signed_in), kept(anybody)] == [False, True]
    assert anybody.body == signed_in.body == town.direct("/harbour/").body


def test_what_the_desk_shows_is_never_kept(town: Town) -> None:
    asked = [town.varnish.get("/desk/", cookie=f"sessionid={town.session}") for _ in range(2)]
    assert [(answered.status, kept(answered)) for answered in asked] == [(200, False), (200, False)]
    stranger = town.varnish.get("/desk/")
    assert stranger.status in {302, 403}
    assert not kept(stranger)


def test_a_form_reaches_the_paper_with_its_cookie_and_its_answer_comes_back(town: Town) -> None:
    form = town.varnish.get("/sign-in/")
    assert "csrftoken" in form.headers["set-cookie"]
    refused = town.varnish.get("/sign-in/", "POST", "username=a")
    assert refused.status == 403  # without the cookie's twin


@pytest.mark.parametrize("question", ["utm_source=x", "q=p", "pp=1", "ap=1&bpage_id=2"])
def test_a_question_that_changes_nothing_is_answered_with_the_page(town: Town, question: str) -> None:
    there = town.in_varnish("/harbour/")
    answered = town.varnish.get(f"/harbour/?{question}")
    assert kept(answered)
    assert answered.body == there.body


def test_a_host_name_that_is_not_the_papers_is_refused_and_not_kept(town: Town) -> None:
    town.in_varnish("/harbour/")
    for _ in range(2):
        answered = town.varnish.get("/harbour/", host="another.example")
        assert (answered.status, kept(answered)) == (400, False)


def test_a_style_sheet_with_a_digest_in_its_name_is_kept_and_no_other(town: Town) -> None:
    folder = town.paper.folder / "static"
    names = [str(file.relative_to(folder)) for file in sorted(folder.rglob("*.css"))]
    hashed = next(name for name in names if re.search(r"\.[0-9a-f]{12}\.css$", name))
    plain = next(name for name in names if not re.search(r"\.[0-9a-f]{12}\.css$", name))
    for name, expected in ((hashed, True), (plain, False)):
        town.varnish.get(f"/static/{name}")
        assert (name, kept(town.varnish.get(f"/static/{name}"))) == (name, expected)


@pytest.mark.parametrize(
    ("source", "headers", "status"),
    [
        ("127.0.0.1", {"xkey-purge": "paper", "X-Forwarded-Proto": "https"}, 405),
        ("127.0.0.2", {"xkey-purge": "paper"}, 405),
        ("127.0.0.1", {}, 400),
        ("127.0.0.1", {"xkey-purge": "paper"}, 200),
    ],
)
def test_only_the_paper_may_say_what_is_stale(town: Town, source: str, headers: dict[str, str], status: int) -> None:
    town.in_varnish("/harbour/")
    answered = town.varnish.plain("/harbour/", "PURGE", "", headers, source)
    assert answered.status == status
    assert kept(town.varnish.get("/harbour/")) is (status != 200)


# Before something that answers as the test wants.


class Origin:
    """Stands where the paper stood; `answer` makes status, headers and body of a path."""

    def __init__(self) -> None:
        self.answer: Callable[[str], tuple[int, dict[str, str], bytes]] = lambda path: (200, BAKED, path.encode())
        self.asked: list[str] = []
        self.is_away = False
        origin = self

        class Listener(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.close_connection = origin.is_away
                if origin.is_away:
                    return
                if self.path != "/healthz":
                    origin.asked.append(self.path)
                status, headers, body = origin.answer(self.path)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self) -> None:
        """Is away from now on."""
        self.is_away = True
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


BAKED = {"Surrogate-Control": "max-age=60", "xkey": "paper comments:12", "Cache-Control": "public, max-age=0"}


@dataclass
class Stage:
    """A Varnish before such an origin."""

    varnish: Varnish
    origin: Origin

    def twice(self, path: str) -> bool:
        """Whether the second of two readers is answered by Varnish."""
        self.varnish.get(path)
        return kept(self.varnish.get(path))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    borrow("varnish")
    origin = Origin()
    with Varnish(tmp_path / "varnish", origin.server.server_port).running() as varnish:
        yield Stage(varnish, origin)
    if origin.thread.is_alive():
        origin.close()


def test_an_answer_that_began_before_a_removal_is_not_kept_after_it_and_nobody_else_waits_for_it(stage: Stage) -> None:
    begun, go_on, answers = threading.Event(), threading.Event(), {}

    def old_then_new(path: str) -> tuple[int, dict[str, str], bytes]:
        if len(stage.origin.asked) > 1:
            return 200, BAKED, b"new"
        begun.set()
        assert go_on.wait(TIMEOUT)
        return 200, BAKED, b"old"

    def ask_as(name: str) -> threading.Thread:
        def get() -> None:
            answers[name] = stage.varnish.get("/harbour/").body

        reader = threading.Thread(target=get)
        reader.start()
        return reader

    assert stage.twice("/warm/")
    stage.origin.asked.clear()
    stage.origin.answer = lambda path: (200, {}, b"") if path == "/healthz" else old_then_new(path)
    before = ask_as("before")
    assert begun.wait(TIMEOUT)
    assert stage.varnish.purge("comments:12").status == 200
    after = ask_as("after")
    go_on.set()
    before.join(TIMEOUT)
    after.join(TIMEOUT)
    assert answers == {"before": b"old", "after": b"new"}
    assert stage.varnish.get("/harbour/").body == b"new"


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {"Cache-Control": "public, max-age=600"}),
        (200, {"Surrogate-Control": "max-age=60"}),
        (200, {"xkey": "paper"}),
        (200, {**BAKED, "Set-Cookie": "a=b"}),
        (200, {**BAKED, "Surrogate-Control": "max-age=60, stale-while-revalidate=60"}),
        (404, BAKED),
        (301, {**BAKED, "Location": "/"}),
    ],
)
def test_only_what_can_be_purged_and_is_for_everybody_is_kept(
    stage: Stage, status: int, headers: dict[str, str]
) -> None:
    assert stage.twice("/harbour/")
    stage.origin.answer = lambda path: (status, headers, b"")
    assert not stage.twice("/another/")


def test_the_same_addresses_are_private_here_as_in_the_paper(stage: Stage) -> None:
    for prefix in settings.NEVER_BAKED:
        assert (prefix, stage.twice(f"{prefix}x/")) == (prefix, prefix == "/static/")
    assert stage.twice("/deskwork/")


@pytest.mark.parametrize("name", settings.UNCACHED_QUERY_PARAMETERS)
def test_every_question_that_the_paper_answers_itself_reaches_it(stage: Stage, name: str) -> None:
    assert stage.twice("/")
    for question in (f"{name}=1", f"a=b&{name}=1", name, f"{name}&a=b"):
        assert not stage.twice(f"/?{question}")


def test_pages_are_read_on_while_the_paper_is_away_and_what_was_removed_is_not(stage: Stage) -> None:
    stage.origin.answer = lambda path: (200, {**BAKED, "Surrogate-Control": "max-age=1", "xkey": f"paper {path}"}, b"x")
    assert stage.twice("/harbour/")
    assert stage.twice("/removed/")
    stage.origin.close()
    wait_until(lambda: stage.varnish.get("/not-there/").status == 503)
    stage.varnish.purge("/removed/")

    def is_expired_and_there() -> bool:
        answered = stage.varnish.get("/harbour/")
        return answered.status == 200 and int(answered.headers["age"]) > 1

    wait_until(is_expired_and_there)
    gone = stage.varnish.get("/removed/")
    assert (gone.status, gone.headers["cache-control"]) == (503, "no-store")


def test_while_the_paper_answers_nothing_is_kept_longer_than_it_said(stage: Stage) -> None:
    a_second = {**BAKED, "Surrogate-Control": "max-age=1"}
    stage.origin.answer = lambda path: (200, a_second, str(len(stage.origin.asked)).encode())
    first = stage.varnish.get("/harbour/")
    time.sleep(1.1)
    assert stage.varnish.get("/harbour/").body != first.body
