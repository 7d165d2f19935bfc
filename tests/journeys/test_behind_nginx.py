"""nginx, with the file that the guide ships, serves baked pages from the disk: as the paper does, and never longer."""

import gzip
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from urllib.parse import unquote, urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from tests.command.logs import written
from tests.command.papers import TIMEOUT, Paper, copy_paper, drop_database, serving, wait_until
from tests.conftest import borrow
from tests.contracts.tree import ROOT
from tools import equipment
from tools.ports import free_port

SHIPPED = ROOT / "docs/how-to/nginx.conf"
HOST = "courant.example"
CSRF = "a" * 32
# Around the shipped file: nothing of the machine's own nginx, and what an operator might have set for all sites.
AROUND = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxied;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    open_file_cache max=1000 inactive=1h;
    open_file_cache_valid 1h;
    gzip on;
    include site.conf;
}
"""
SETTING = """
import json
from wagtail.contrib.redirects.models import Redirect
from broadsheet.accounts.states import Role
from broadsheet.donations.models import DonationAppeal
from broadsheet.newsroom.pictures import sources_of
from tests.factories import accounts, discussion, newsroom
harbour = newsroom.section("Harbour")
article, other = newsroom.article(harbour, title="The dredger is back"), newsroom.article(harbour, title="The quay")
comment = discussion.published(article, text="I saw it from the quay.")
discussion.published(other, text="It sinks.")
Redirect.objects.create(old_path="/?p=12", redirect_page=harbour)
Redirect.objects.create(old_path="/?page_id=13", redirect_link="/archive/")
pictures = sources_of(newsroom.photo())
DonationAppeal.load()
addresses = {
    "front page": "/",
    "section": "/harbour/",
    "article": f"/{article.address}/",
    "other": f"/{other.address}/",
    "feed": "/feed/",
    "atom": "/feed/atom/",
    "section's feed": "/harbour/feed/",
    "section's atom": "/harbour/feed/atom/",
    "robots": "/robots.txt",
    "sitemap": "/sitemap.xml",
    "avif": pictures.avif.split()[0],
    "webp": pictures.webp.split()[0],
    "jpeg": pictures.fallback,
}
session = accounts.signed_in(Role.REVIEWER).cookies["sessionid"].value
print(json.dumps({"addresses": addresses, "comment": comment.pk, "text": comment.latest_id, "session": session}))
"""
# What belongs to the connection or to who serves it; a photograph's name when it is saved is not known to nginx.
OF_WHO_SERVES = {
    *("accept-ranges", "cache-status", "connection", "content-disposition", "content-length", "date", "etag"),
    *("last-modified", "server", "transfer-encoding"),
}


@dataclass
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def from_disk(self) -> bool:
        """Whether nginx answered by itself."""
        return self.headers.get("cache-status") == "nginx; hit"

    @property
    def lasting(self) -> dict[str, object]:
        """The headers that are the same whoever serves the page; the content policy in any order."""
        kept: dict[str, object] = {
            name: value.replace('"', "") for name, value in self.headers.items() if name not in OF_WHO_SERVES
        }
        policy = self.headers.get("content-security-policy", "")
        return {**kept, "content-security-policy": sorted(rule.strip() for rule in policy.split(";"))}


def ask(line: socket.socket, method: str, path: str, body: str, headers: dict[str, str]) -> Answered:
    """One request for the paper, on a connection that is closed afterwards."""
    with closing(http.client.HTTPConnection(HOST)) as connection:
        connection.sock = line
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        read = answer.read()
    sent = {name.lower(): value for name, value in answer.getheaders()}
    assert len(sent) == len(answer.getheaders()), "a header came twice"
    return Answered(answer.status, sent, read)


@dataclass
class Nginx:
    """An nginx of this test's own, in a folder of its own, with the shipped file."""

    folder: Path
    paper: Path
    upstream: int
    port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        """Fills the shipped file in, as the guide says."""
        self.folder.mkdir()
        make_certificate(self.folder)
        (self.folder / "nginx.conf").write_text(AROUND)
        (self.folder / "site.conf").write_text(self._filled_in(SHIPPED.read_text()))

    def _filled_in(self, text: str) -> str:
        here = {
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "/etc/letsencrypt/live/courant.example": str(self.folder),
            "/var/lib/broadsheet/paper": str(self.paper),
            "127.0.0.1:8000": f"127.0.0.1:{self.upstream}",
        }
        for shipped, ours in here.items():
            assert shipped in text
            text = text.replace(shipped, ours)
        return re.sub(r"listen \[::\]:.+", "", text)  # not every machine has IPv6

    def command(self, *words: str) -> list[str]:
        """nginx in this folder; its first lines go to stderr, not to the machine's log."""
        return [str(equipment.nginx()), "-p", f"{self.folder}/", "-c", "nginx.conf", *words]

    def tested(self) -> subprocess.CompletedProcess[str]:
        """What `nginx -t` says of the file."""
        return subprocess.run(self.command("-t"), capture_output=True, text=True, timeout=TIMEOUT, check=False)

    @contextmanager
    def running(self) -> Iterator["Nginx"]:
        """Answers until the block ends."""
        with written("nginx") as log:
            program = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log.file, stderr=subprocess.STDOUT
            )
            try:
                wait_until(lambda: program.poll() is not None or answers(self.port))
                assert program.poll() is None
                yield self
            finally:
                program.terminate()
                program.wait(timeout=TIMEOUT)

    def get(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Answered:
        """Asks over https; headers as Python writes them: `accept_encoding="gzip"`."""
        trust = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
        line = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(trust.wrap_socket(line, server_hostname=HOST), method, path, body, named)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def make_certificate(folder: Path) -> None:
    """Writes a certificate for the paper's host name, and its key, as certbot calls them."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=1),
    )
    named = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    pem, unsealed = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "fullchain.pem").write_bytes(named.sign(key, hashes.SHA256()).public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unsealed))


@dataclass
class Town:
    """A paper that is served, nginx in front of it, and what the paper has in it."""

    paper: Paper
    nginx: Nginx
    addresses: dict[str, str]
    comment: int
    text: int
    session: str

    def direct(self, path: str, method: str = "GET", **headers: str) -> Answered:
        """Asks the paper itself, as nginx does."""
        line = socket.create_connection(("127.0.0.1", self.nginx.upstream), timeout=TIMEOUT)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(line, method, path, "", {**named, "X-Forwarded-Proto": "https"})

    def file(self, name: str) -> Path:
        """Where a baked page lies, by its name beneath the folder of pages."""
        return self.paper.folder / "baked" / "pages" / name

    def file_of(self, path: str) -> Path:
        """The plain file of a page that is baked."""
        beneath = unquote(path[1:])
        kinds = ("index.html", "index.xml") if path.endswith("/") else ("",)
        return next(file for kind in kinds if (file := self.file(beneath + kind)).is_file())

    def baked(self, path: str) -> Answered:
        """The page from the disk; it is baked if it is not there yet."""
        answered = self.nginx.get(path)
        return answered if answered.from_disk else self.nginx.get(path)

    def plant(self, name: str, text: str = "planted") -> None:
        """Puts a file among the pages that the paper knows nothing of."""
        self.file(name).parent.mkdir(parents=True, exist_ok=True)
        self.file(name).write_text(text)


@pytest.fixture(scope="module")
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One for all tests of this module; no paper is made where there is no nginx."""
    borrow("nginx")
    folder = tmp_path_factory.mktemp("behind-nginx")
    paper = copy_paper(request.getfixturevalue("template"), folder / "paper")
    paper.add_option(f'base_url = "https://{HOST}/"')
    found = json.loads(paper.shell(SETTING))
    with serving(paper) as running, Nginx(folder / "nginx", paper.folder, running.port).running() as nginx:
        yield Town(paper, nginx, **found)
    drop_database(paper.database)


PAGES = ["front page", "section", "article", "other", "feed", "atom", "section's feed", "section's atom"]
FILES = ["robots", "sitemap", "avif", "webp", "jpeg"]


def test_nginx_objects_to_nothing_in_the_shipped_file(town: Town) -> None:
    said = town.nginx.tested()
    assert said.returncode == 0, said.stderr
    assert "[warn]" not in said.stderr


@pytest.mark.parametrize("kind", PAGES + FILES)
def test_the_first_reader_is_answered_by_the_paper_and_the_next_from_the_disk_with_the_same(
    town: Town, kind: str
) -> None:
    path = town.addresses[kind]
    town.baked(path)
    town.file_of(path).unlink()
    first, second, own = town.nginx.get(path), town.nginx.get(path), town.direct(path)
    assert [first.from_disk, second.from_disk] == [False, True]
    assert (first.status, second.status, own.status) == (200, 200, 200)
    assert first.body == second.body == own.body
    assert first.lasting == second.lasting == own.lasting
    assert len(second.lasting) >= 9


def test_nginx_reads_from_the_disk_by_itself(town: Town) -> None:
    town.plant("planted/index.html")
    assert town.nginx.get("/planted/").body == b"planted"
    assert town.direct("/planted/").status == 404


def test_baked_pages_are_read_on_while_the_paper_is_away(town: Town, tmp_path: Path) -> None:
    there = town.baked("/archive/")
    with Nginx(tmp_path / "alone", town.paper.folder, free_port()).running() as alone:
        assert alone.get("/archive/").body == there.body
        assert alone.get("/sign-in/").status == 502


def test_a_page_travels_compressed_to_whoever_asks_for_that(town: Town) -> None:
    path = town.addresses["section"]
    plain, packed = town.baked(path), town.nginx.get(path, accept_encoding="zstd, gzip, br")
    assert packed.from_disk
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.body == town.file_of(path).with_name("index.html.gz").read_bytes()
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.lasting == {**plain.lasting, "content-encoding": "gzip"}


@pytest.mark.parametrize("accepted", ["br", "zstd", "identity", "gzip;q=0"])
def test_whoever_does_not_take_gzip_gets_the_page_as_it_is(town: Town, accepted: str) -> None:
    plain, asked = town.baked("/"), town.nginx.get("/", accept_encoding=accepted)
    assert asked.from_disk
    assert asked.body == plain.body
    assert "content-encoding" not in asked.headers


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_whoever_has_the_page_is_told_that_it_still_stands(town: Town, accepted: str) -> None:
    path = town.addresses["section"]
    town.baked(path)
    had = town.nginx.get(path, accept_encoding=accepted)
    again = town.nginx.get(path, accept_encoding=accepted, if_none_match=had.headers["etag"])
    assert (again.status, again.body, again.from_disk) == (304, b"", True)
    assert again.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert town.nginx.get(path, if_none_match='"another"').status == 200


def test_a_page_is_never_known_again_by_its_second_alone(town: Town) -> None:
    had = town.baked("/")
    assert "last-modified" not in had.headers
    second = formatdate(town.file_of("/").stat().st_mtime, usegmt=True)
    assert town.nginx.get("/", if_modified_since=second).status == 200


def test_a_head_is_answered_from_the_disk_too(town: Town) -> None:
    there, asked = town.baked("/"), town.nginx.get("/", "HEAD")
    assert (asked.status, asked.body, asked.from_disk) == (200, b"", True)
    assert asked.lasting == there.lasting


def test_the_answer_after_a_removal_at_the_desk_is_free_of_the_words(town: Town) -> None:
    path, words = town.addresses["article"], b"I saw it from the quay."
    assert words in town.baked(path).body
    assert words in gzip.decompress(town.nginx.get(path, accept_encoding="gzip").body)
    fields = {"revision": str(town.text), "outcome": "remove", "reason": "4"}
    decided = town.nginx.get(
        f"/desk/comments/{town.comment}/decide/",
        "POST",
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        cookie=f"sessionid={town.session}; csrftoken={CSRF}",
        x_csrftoken=CSRF,
        referer=f"https://{HOST}/desk/",
    )
    packed, plain = town.nginx.get(path, accept_encoding="gzip"), town.nginx.get(path)
    assert decided.status == 302, decided.body
    assert words not in plain.body
    assert words not in gzip.decompress(packed.body)
    assert [packed.from_disk, plain.from_disk] == [False, True]


def test_a_page_that_goes_while_nginx_opens_it_is_never_missing(town: Town) -> None:
    path = town.addresses["other"]
    town.baked(path)
    file, stop = town.file_of(path), threading.Event()
    away = file.with_name(".away")

    def come_and_go() -> None:
        while not stop.is_set():
            os.replace(file, away)
            os.replace(away, file)

    restless = threading.Thread(target=come_and_go)
    restless.start()
    until, statuses = time.monotonic() + 3, set()
    while time.monotonic() < until:
        statuses.add(town.nginx.get(path).status)
    stop.set()
    restless.join()
    assert statuses == {200}


def test_an_address_without_its_slash_is_sent_on_by_the_paper(town: Town) -> None:
    town.baked("/harbour/")
    answered = town.nginx.get("/harbour")
    assert (answered.status, answered.headers["location"]) == (301, "/harbour/")
    assert answered.lasting == town.direct("/harbour").lasting


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_whatever_is_no_reading_reaches_the_paper(town: Town, method: str) -> None:
    path = town.addresses["section"]
    town.baked(path)
    answered, own = town.nginx.get(path, method), town.direct(path, method)
    assert not answered.from_disk
    assert (answered.status, answered.lasting) == (own.status, own.lasting)


@pytest.mark.parametrize(("question", "leads_to"), [("p=12", "/harbour/"), ("page_id=13", "/archive/")])
def test_the_old_addresses_of_a_wordpress_reach_the_paper(town: Town, question: str, leads_to: str) -> None:
    town.baked("/")
    for asked in (f"/?{question}", f"/?lang=en&{question}"):
        answered = town.nginx.get(asked)
        assert (answered.status, answered.headers["location"]) == (301, leads_to)
    assert question.partition("=")[0] in settings.UNCACHED_QUERY_PARAMETERS


@pytest.mark.parametrize("name", settings.UNCACHED_QUERY_PARAMETERS)
def test_every_question_that_the_paper_answers_itself_reaches_it(town: Town, name: str) -> None:
    town.plant("planted/index.html")
    for question in (f"{name}=1", f"a=b&{name}=1", name, f"{name}&a=b"):
        assert town.nginx.get(f"/planted/?{question}").status == 404


@pytest.mark.parametrize("question", ["utm_source=x", "q=p", "pp=1", "ap=1&bpage_id=2"])
def test_any_other_question_is_answered_with_the_page(town: Town, question: str) -> None:
    there = town.baked("/")
    answered = town.nginx.get(f"/?{question}")
    assert answered.from_disk
    assert answered.body == there.body


@pytest.mark.parametrize("prefix", settings.NEVER_BAKED)
def test_what_is_never_baked_reaches_the_paper_whatever_lies_on_the_disk(town: Town, prefix: str) -> None:
    path = f"{prefix}x/"
    town.plant(f"{path[1:]}index.html")
    answered, own = town.nginx.get(path), town.direct(path)
    assert not answered.from_disk
    assert b"planted" not in answered.body
    assert (answered.status, answered.lasting) == (own.status, own.lasting)


@pytest.mark.parametrize(
    "path",
    [
        *("/planted", "/planted/empty/", "/images/", "/2026", "/static/", "/static/css", "/static/css/"),
        *("/.planted", "/planted/.index.html.1", "/.hidden/", "/static/.planted", "/planted/.git/config"),
        *("/index.html", "/planted/index.html", "/planted/index.html.gz", "/planted/index.html.zst"),
        *("/planted/packed.br/", "/static/x.css.gz"),
        *("/lock", "/../lock", "/%2e%2e/lock", "/a/%2e%2e/%2e%2e/lock", "/static/../paper.sqlite3", "/planted%00/"),
    ],
)
def test_no_folder_is_listed_and_no_file_has_an_address_but_its_pages(town: Town, path: str) -> None:
    pages = ("index.html", "index.html.gz", "index.html.zst", ".index.html.1", "packed.br/index.html")
    for name in (*pages, ".git/config", "empty/x"):
        town.plant(f"planted/{name}")
    for name in (".planted", ".hidden/index.html"):
        town.plant(name)
    for name in (".planted", "x.css.gz"):
        (town.paper.folder / "static" / name).write_text("planted")
    answered = town.nginx.get(path)
    assert answered.status in {301, 400, 404}
    assert not answered.from_disk
    assert b"planted" not in answered.body


def test_the_paper_learns_the_host_name_that_was_asked_for_and_refuses_one_that_is_not_its_own(town: Town) -> None:
    assert town.nginx.get("/sign-in/").status == 200
    assert town.nginx.get("/sign-in/", host="another.example").status == 400


def test_what_is_private_is_not_compressed_on_the_way(town: Town) -> None:
    assert "content-encoding" not in town.nginx.get("/sign-in/", accept_encoding="gzip").headers


def test_a_photograph_is_what_its_format_says_whatever_its_name_says(town: Town) -> None:
    path = f"{town.addresses['avif']}.html"
    assert town.nginx.get(path).headers["location"] == town.addresses["avif"]
    town.plant(unquote(path[1:]))
    assert town.nginx.get(path).headers["content-type"] == "image/avif"
    other = path.replace("format-avif", "format-gif")
    town.plant(unquote(other[1:]))
    assert town.nginx.get(other).status == town.direct(other).status != 200


def statics(folder: Path) -> list[str]:
    """One file of each kind, with and without a digest in its name."""
    kinds: dict[tuple[str, bool], str] = {}
    for file in sorted(folder.rglob("*.*")):
        if file.suffix not in {".gz", ".br"} and not file.name.startswith("."):
            hashed = bool(re.search(r"\.[0-9a-f]{12}\.", file.name))
            kinds[file.suffix, hashed] = f"/static/{file.relative_to(folder)}"
    return list(kinds.values())


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_static_files_come_from_the_disk_as_the_paper_gives_them(town: Town, accepted: str) -> None:
    paths = statics(town.paper.folder / "static")
    assert len(paths) >= 10
    for path in paths:
        answered = town.nginx.get(path, accept_encoding=accepted)
        own = town.direct(path, accept_encoding=accepted)
        assert answered.from_disk
        assert (path, answered.body, answered.lasting) == (path, own.body, own.lasting)


def test_who_comes_by_http_is_sent_to_https(town: Town) -> None:
    line = socket.create_connection(("127.0.0.1", town.nginx.plain_port), timeout=TIMEOUT)
    answered = ask(line, "GET", "/harbour/?a=b", "", {"X-Forwarded-Proto": "https"})
    assert (answered.status, answered.headers["location"]) == (301, f"https://{HOST}/harbour/?a=b")


def test_the_largest_photograph_fits_through() -> None:
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", SHIPPED.read_text())
    assert int(megabytes) * 1024 * 1024 > settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
