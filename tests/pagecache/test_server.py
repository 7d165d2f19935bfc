"""The page server sends baked pages as a careful web server does, and bakes every response declared cacheable."""

import gzip
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import brotli
import pytest
import time_machine
import zstandard
from django.contrib.auth.models import Permission
from django.core.management import call_command

from broadsheet.accounts.states import Role
from broadsheet.bakery.memory import MemoryCache
from broadsheet.config.page_server import MAX_HOST_LENGTH, is_allowed_host
from broadsheet.newsroom.models import FrontSlot
from broadsheet.newsroom.pictures import sources_of
from broadsheet.newsroom.states import CommentPolicy
from broadsheet.pagecache import actions
from broadsheet.pagecache.fragments import cacheable
from broadsheet.pagecache.keys import EVERYTHING
from broadsheet.pagecache.server import Environ, StartResponse
from tests.factories import accounts, discussion, newsroom
from tests.pagecache.conftest import Committing
from tests.pagecache.readers import Reader

TAG = re.compile(r'"[0-9a-f]{24}-(identity|gzip|zstd|br)"')


@pytest.fixture
def address(reader: Reader) -> str:
    """The address of an article that has been baked."""
    article = newsroom.article(title="The dredger is back", body="The tide had gone out. " * 40)
    path = f"/{article.address}/"
    assert reader.get(path).status == 200
    return path


def unused(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Takes the place of Django, and must not be called."""
    raise AssertionError(f"{environ['PATH_INFO']} was rendered again")


def test_a_page_is_rendered_once_and_then_read_from_the_disk(reader: Reader, address: str) -> None:
    rendered = reader.uncached(address)
    reader.server.application = unused
    answered = reader.get(address)
    assert (answered.status, answered.body) == (200, rendered.body)
    assert b"The dredger is back" in answered.body


def test_a_page_that_has_been_read_is_a_hit_in_memory_until_it_is_removed(
    reader: Reader, address: str, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["paper.example"]
    environ: Environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "HTTP_HOST": "paper.example",
        "HTTP_ACCEPT_ENCODING": "gzip",
    }
    reader.get(address)
    hit, answered = reader.server.hit(environ), reader.get(address, accept_encoding="gzip")
    assert hit is not None
    assert (hit[0], {name.lower(): value for name, value in hit[1]}, hit[2]) == (200, answered.headers, answered.body)
    assert reader.server.is_baked(environ)
    assert reader.server.hit({**environ, "HTTP_HOST": "evil.example"}) is None
    assert reader.server.hit({**environ, "REQUEST_METHOD": "POST"}) is None
    reader.files(address)[0].unlink()
    assert (reader.server.hit(environ), reader.server.is_baked(environ)) == (None, False)


def test_a_page_on_the_disk_is_a_hit_once_it_has_been_loaded(reader: Reader, address: str) -> None:
    environ: Environ = {"REQUEST_METHOD": "GET", "PATH_INFO": address, "HTTP_HOST": "paper.example"}
    reader.get(address)
    reader.server.memory = MemoryCache()
    assert (reader.server.hit(environ), reader.server.is_baked(environ)) == (None, True)
    loaded = reader.server.load(environ)
    assert loaded is not None
    assert b"The dredger is back" in loaded[2]
    assert reader.server.hit(environ) == loaded
    reader.files(address)[0].write_bytes(b"damaged")
    assert reader.server.load(environ) is None


def test_the_first_answer_has_the_same_headers_as_the_second(reader: Reader) -> None:
    address = f"/{newsroom.article().address}/"
    assert reader.get(address).headers == reader.get(address).headers


@pytest.mark.parametrize(
    ("accepted", "encoding", "decompress"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, zstd", "zstd", zstandard.decompress),
        ("br;q=0.9, gzip;q=0.5, zstd", "zstd", zstandard.decompress),
        ("br;q=0, *", "zstd", zstandard.decompress),
        ("gzip, deflate, br;q=0.5", "gzip", gzip.decompress),
        ("gzip;q=0, br;q=0", None, bytes),
        ("identity, *;q=0.1", None, bytes),
        ("*", "br", brotli.decompress),
        ("GZIP ; q=nonsense, br", "br", brotli.decompress),
        ("compress, deflate", None, bytes),
        ("", None, bytes),
    ],
)
def test_a_page_is_sent_in_the_encoding_that_the_reader_prefers(
    accepted: str, encoding: str | None, decompress: Callable[[bytes], bytes], reader: Reader, address: str
) -> None:
    answered = reader.get(address, accept_encoding=accepted)
    assert answered.headers.get("content-encoding") == encoding
    assert decompress(answered.body) == reader.uncached(address).body
    assert answered.headers["vary"] == "Accept-Encoding"
    assert int(answered.headers["content-length"]) == len(answered.body)


def test_a_page_that_the_reader_has_already_is_not_modified(reader: Reader, address: str) -> None:
    for accepted in ("", "gzip", "zstd", "br"):
        tag = reader.get(address, accept_encoding=accepted).headers["etag"]
        assert TAG.fullmatch(tag)
        for condition in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = reader.get(address, accept_encoding=accepted, if_none_match=condition)
            assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
            assert "content-length" not in again.headers
    assert reader.get(address, if_none_match='"other"').status == 200


def test_head_gets_the_headers_only(reader: Reader, address: str) -> None:
    answered, whole = reader.get(address, "HEAD"), reader.get(address)
    assert (answered.status, answered.body, answered.headers) == (200, b"", whole.headers)


def test_head_of_a_page_that_is_not_baked_does_not_bake_it(reader: Reader) -> None:
    address = f"/{newsroom.article().address}/"
    assert reader.get(address, "HEAD").status == 200
    assert not reader.is_baked(address)


def test_a_range_is_answered_with_the_whole_page(reader: Reader, address: str) -> None:
    answered = reader.get(address, range="bytes=0-9")
    assert (answered.status, answered.headers["accept-ranges"]) == (200, "none")
    assert answered.body == reader.get(address).body


def test_browsers_revalidate_a_page_each_time_and_get_the_security_headers_of_django(
    reader: Reader, address: str
) -> None:
    answered, rendered = reader.get(address).headers, reader.uncached(address).headers
    assert answered["cache-control"] == "public, max-age=0, must-revalidate"
    for name in ("content-security-policy", "x-frame-options", "x-content-type-options", "referrer-policy"):
        assert set(answered[name].split("; ")) == set(rendered[name].split("; "))
    assert "set-cookie" not in answered


def test_a_query_string_does_not_change_the_page(reader: Reader, address: str) -> None:
    plain = reader.get(address)
    reader.server.application = unused
    for query in ("?utm_source=email", "?page=2", "?" + "x" * 5000, "?%00%ff"):
        assert reader.get(address + query).body == plain.body


def test_a_first_request_with_a_query_string_bakes_the_page_without_it(reader: Reader) -> None:
    address = f"/{newsroom.article().address}/"
    reader.get(f"{address}?utm_source=<script>")
    assert reader.get(address).body == reader.uncached(address).body
    assert reader.is_baked(address)


def test_an_old_address_in_the_query_string_is_answered_by_django_although_the_front_page_is_baked(
    reader: Reader,
) -> None:
    reader.get("/")
    queries: list[str] = []

    def listen(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        queries.append(environ["QUERY_STRING"])
        start_response("200 OK", [])
        return []

    reader.server.application = listen
    for query in ("p=12", "page_id=7", "utm_source=x&p=3"):
        reader.get(f"/?{query}")
    assert queries == ["p=12", "page_id=7", "utm_source=x&p=3"]


@pytest.mark.parametrize("host", ["", "evil.example", "paper.example:80:80", "\udcff", "[::1", "paper.example/x"])
def test_a_request_for_another_host_gets_no_page_from_the_disk(
    host: str, reader: Reader, address: str, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["paper.example"]
    reader.server.application = lambda environ, start: (start("400 Bad Request", []), [])[1]
    assert reader.get(address, host=host).status == 400
    assert reader.get(address, host="PAPER.example:8000").status == 200


@pytest.mark.parametrize(
    "path",
    ["/..%2f..%2fsecrets/", "/%2e%2e/x/", "/a//b/", "/.hidden/", "/%ff%fe/", "/x%00y/", "/" + "a/" * 600, "/index.html",
     "/" + "ü" * 150 + "/", "/feed/index.xml", "/index.html.gz", "/index.html.zst", "/packed.zst/", "/a%0ab/",
     "/\\..\\x/"],
)  # fmt: skip
def test_no_path_leads_out_of_the_folder_or_to_a_file_of_another_page(path: str, reader: Reader, address: str) -> None:
    def hostile(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        cacheable()
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"hostile"]

    for page in ("/", "/feed/"):
        reader.get(page)
    before = sorted(file for file in reader.server.store.folder.parent.rglob("*") if "index-" not in file.name)
    reader.server.application = hostile
    assert reader.get(path).body == b"hostile"
    now = sorted(file for file in reader.server.store.folder.parent.rglob("*") if "index-" not in file.name)
    assert now == before


@pytest.mark.parametrize(
    "headers",
    [
        [("Set-Cookie", "a=b")],
        [("Vary", "Accept, Cookie")],
        [("Cache-Control", "private")],
        [("Cache-Control", "max-age=0, no-cache, no-store")],
        [("Content-Length", str(100 * 1024 * 1024))],
    ],
)
def test_a_response_that_is_personal_or_too_large_is_never_baked(
    headers: list[tuple[str, str]], reader: Reader
) -> None:
    def personal(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        cacheable("x")
        start_response("200 OK", [("Content-Type", "text/html"), *headers])
        return [b"only for you"]

    reader.server.application = personal
    assert reader.get("/mine/").body == b"only for you"
    assert not reader.is_baked("/mine/")


@pytest.mark.parametrize(
    "path", ["/nothing/", "/2019/02/31/", "/search/", "/sign-in/", "/desk/", "/cms/", "/comments/9/"]
)
def test_a_page_that_differs_by_reader_or_does_not_exist_is_not_baked(path: str, reader: Reader) -> None:
    reader.get(path)
    assert not reader.is_baked(path)


def test_a_reader_who_is_signed_in_gets_the_same_page_and_has_it_baked(reader: Reader) -> None:
    client = accounts.signed_in(Role.EDITOR)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    address = f"/{newsroom.article().address}/"
    assert reader.get(address, cookie=cookies).body == reader.uncached(address).body
    assert reader.is_baked(address)
    assert Permission.objects.exists()


def test_a_preview_is_not_baked(reader: Reader) -> None:
    article = newsroom.article(title="As it stands")
    draft = article.get_latest_revision_as_object()
    draft.title = "As it may become"
    assert b"As it may become" in draft.make_preview_request(preview_mode="").render().content
    assert not reader.is_baked(f"/{article.address}/")


def test_a_column_that_closes_at_a_time_loses_its_form_then(reader: Reader) -> None:
    discussion.terms()
    article = newsroom.article(comment_policy=CommentPolicy.DAYS, comment_days=2)
    address = f"/{article.address}/"
    assert "<textarea" in reader.get(address).text
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2, seconds=1)):
        assert "<textarea" not in reader.get(address).text
        assert reader.is_baked(address)


def test_a_pick_leaves_the_front_page_when_its_time_is_over(reader: Reader, committed: Committing) -> None:
    with committed():
        old = newsroom.article(title="An old story", published_at=datetime(2019, 3, 28, tzinfo=UTC))
        for number in range(9):
            newsroom.article(title=f"A newer story {number}")
        front = newsroom.front_page()
        front.slots = [FrontSlot(article=old, until=datetime.now(UTC) + timedelta(hours=1))]
        front.save_revision().publish()
    lead = re.compile(r'<h2 class="headline"><a[^>]*>([^<]*)')
    assert lead.search(reader.get("/").text)[1] == "An old story"  # type: ignore[index]
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, seconds=1)):
        assert lead.search(reader.get("/").text)[1] == "A newer story 8"  # type: ignore[index]


def test_the_front_page_shows_the_new_day_at_midnight_in_the_papers_zone(reader: Reader, committed: Committing) -> None:
    with committed():
        newsroom.paper(time_zone="America/Bogota")
    with time_machine.travel(datetime(2026, 3, 2, 4, 59, tzinfo=UTC)):
        assert "Sunday, 1 March 2026" in reader.get("/").text
    with time_machine.travel(datetime(2026, 3, 2, 5, 0, 1, tzinfo=UTC)):
        assert "Monday, 2 March 2026" in reader.get("/").text


def test_a_picture_is_baked_under_its_own_name_only(reader: Reader) -> None:
    address = sources_of(newsroom.photo()).fallback
    invented = f"{address.rpartition('/')[0]}/evil.html"
    answer = reader.get(invented)
    assert (answer.status, answer.headers["location"]) == (301, address)
    assert not reader.is_baked(invented)
    first = reader.get(address)
    reader.server.application = unused
    again = reader.get(address)
    assert (again.body, again.headers) == (first.body, first.headers)
    assert again.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_every_response_has_the_header_of_a_paper_that_is_read_by_https_only(settings: Any, reader: Reader) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    secure = Reader()
    address = f"/{newsroom.article().address}/"
    for _ in range(2):
        assert secure.get(address).headers["strict-transport-security"] == "max-age=31536000"


def test_the_command_removes_expired_pages_and_is_quiet_in_the_schedule(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    reader.get("/")
    call_command("tidy_baked_pages", verbosity=0)
    assert reader.is_baked("/")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1, seconds=1)):
        call_command("tidy_baked_pages", verbosity=0)
        assert not reader.is_baked("/")
        assert capsys.readouterr().out == ""
        call_command("tidy_baked_pages")
        assert capsys.readouterr().out == "0 pages removed.\n"


def unavailable(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Takes the place of Django while its database is away."""
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"Not at the moment."]


def test_an_expired_page_is_sent_in_place_of_a_server_error(reader: Reader) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        today = reader.get("/").text
    reader.server.application = unavailable
    with time_machine.travel(datetime(2026, 3, 3, 9, tzinfo=UTC)):
        assert (reader.get("/").status, reader.get("/").text) == (200, today)


def test_a_stale_copy_is_sent_in_place_of_a_server_error_and_a_purged_page_is_not(
    reader: Reader, address: str, committed: Committing
) -> None:
    before, render = reader.get(address).text, reader.server.application
    with committed():
        actions.soft_purge(EVERYTHING)
    reader.server.application = unavailable
    assert (reader.get(address).status, reader.get(address).text) == (200, before)
    with committed():
        actions.purge(EVERYTHING)
    assert (reader.get(address).status, reader.get(address).text) == (503, "Not at the moment.")
    reader.server.application = render
    assert reader.get(address).status == 200


def test_a_page_dated_in_the_future_is_rendered_again(reader: Reader) -> None:
    right = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with time_machine.travel(right + timedelta(days=1)):
        assert "Tuesday, 3 March 2026" in reader.get("/").text
    with time_machine.travel(right):
        assert "Monday, 2 March 2026" in reader.get("/").text


def test_a_host_is_the_papers_own_as_long_as_the_settings_have_it(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["courant.example"]
    assert is_allowed_host("courant.example:8000")
    settings.ALLOWED_HOSTS = ["gazette.example"]
    assert not is_allowed_host("courant.example:8000")


def test_a_host_longer_than_any_name_in_the_dns_is_not_the_papers_own(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert is_allowed_host("a" * MAX_HOST_LENGTH)
    assert not is_allowed_host("a" * (MAX_HOST_LENGTH + 1))
