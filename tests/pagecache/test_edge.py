"""Purges are sent to the caches in front, in the protocol of each, and again until they are confirmed."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.conf import settings as in_force
from pytest_django import Settings

from broadsheet.accounts.states import Role
from broadsheet.bakery.snapshot import Snapshot
from broadsheet.command.checks import paper
from broadsheet.command.checks.result import Level
from broadsheet.newsroom.models import Paper
from broadsheet.pagecache import actions, cdn
from broadsheet.pagecache.edge import DAY, IN_FLIGHT, MAX_HEADER, MAX_KEYS, MINUTE, PROTOCOLS, edge
from broadsheet.pagecache.errors import CdnPurgeFailed
from broadsheet.pagecache.models import Effect, Purge
from tests.factories import accounts, discussion, newsroom
from tests.pagecache.conftest import Committing
from tests.pagecache.readers import Reader

# On PostgreSQL a test's own transaction has no place in the order of commits, which positions are made of.
in_order = pytest.mark.sqlite  # a test's own transaction has no position on PostgreSQL


@dataclass
class Call:
    """A request that a cache has received."""

    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def keys(self) -> list[str]:
        """The keys in it, in any protocol."""
        if "xkey-purge" in self.headers:
            return str(self.headers["xkey-purge"]).split()
        fields = json.loads(self.body)
        return list(fields.get("tags") or fields["surrogate_keys"])


@dataclass
class Cache:
    """A fake cache: records the requests, and sends the response that the test wants."""

    calls: list[Call] = field(default_factory=list)
    status: int = 200
    answer: dict[str, object] = field(default_factory=dict)
    redirects_to: str = ""
    delay: float = 0.0

    def __enter__(self) -> "Cache":
        cache = self

        class Listener(BaseHTTPRequestHandler):
            def respond(self) -> None:
                time.sleep(cache.delay)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                cache.calls.append(Call(self.command, self.path, self.headers, body))
                self.send_response(cache.status)
                self.send_header("Content-Type", "application/json")
                if cache.redirects_to:
                    self.send_header("Location", cache.redirects_to)
                with suppress(BrokenPipeError):  # the client did not wait for so long
                    self.end_headers()
                    self.wfile.write(json.dumps(cache.answer).encode())

            do_PURGE = do_POST = do_GET = respond  # noqa: N815 - http.server calls them by these names

            def log_message(self, format: str, *args: object) -> None:
                """Logs no request."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def address(self) -> str:
        """The address of purges."""
        return f"http://127.0.0.1:{self.server.server_port}/zone/purge"


@pytest.fixture
def cache() -> Iterator[Cache]:
    with Cache() as listening:
        yield listening


@pytest.fixture
def in_front(cache: Cache, settings: Settings) -> Cache:
    """A cache with the protocol of Varnish."""
    set_up(settings, "xkey", cache)
    return cache


def set_up(settings: Settings, header: str, *caches: Cache) -> None:
    settings.SURROGATE_HEADER = header
    settings.PURGE_ADDRESSES = [each.address for each in caches]
    settings.PURGE_TOKEN = "sesame"


def snapshot() -> Snapshot:
    return Purge.objects.snapshot()


# Headers of pages.


def test_no_cache_may_store_a_page_unless_the_settings_say_how_to_purge_it(
    reader: Reader,
) -> None:
    headers = reader.get(f"/{newsroom.article().address}/").headers
    assert headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert not {"surrogate-control", "cdn-cache-control", "xkey", "surrogate-key", "cache-tag"} & {*headers}


@pytest.mark.parametrize("header", PROTOCOLS)
def test_a_page_has_its_keys_for_the_cache_and_browsers_still_revalidate(
    reader: Reader, cache: Cache, settings: Settings, header: str
) -> None:
    set_up(settings, header, cache)
    article = newsroom.article()
    reader = Reader()
    first, second = reader.get(f"/{article.address}/"), reader.get(f"/{article.address}/")
    keys = second.headers[header.lower()].replace(",", " ").split()
    assert {"paper", f"articlepage:{article.pk}", f"thread:{article.thread.pk}"} <= {*keys}
    assert second.headers["cache-control"] == "public, max-age=0, must-revalidate"
    lasting = second.headers[PROTOCOLS[header].lifetime_header.lower()]
    assert 0 < int(lasting.removeprefix("max-age=")) <= DAY
    assert first.headers == second.headers


def test_a_page_that_expires_is_stored_in_front_until_then(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T23:59:20Z", tick=False):
        Paper.objects.update(time_zone="UTC")
        newsroom.article()
        answered = Reader().get("/")
        assert answered.headers["surrogate-control"] == "max-age=40"


def test_a_page_with_more_keys_than_a_header_holds_is_not_stored_in_front(in_front: Cache) -> None:
    few, many = [f"articlepage:{number}" for number in range(100)], [f"articlepage:{number}" for number in range(900)]
    ((name, value),) = edge().key_headers(few)
    assert (name, len(value.split())) == ("xkey", 100)
    assert len(value) < MAX_HEADER
    assert edge().key_headers(many) == ()
    assert edge().with_lifetime([("ETag", "x")], None) == [("ETag", "x")]


def test_a_page_that_is_not_baked_has_no_headers_for_the_cache(reader: Reader, in_front: Cache) -> None:
    answered = Reader().get("/sign-in/")
    assert not {"surrogate-control", "xkey"} & {*answered.headers}


def test_a_page_that_could_not_be_stored_here_is_not_stored_in_front(
    reader: Reader, in_front: Cache, settings: Settings
) -> None:
    address = f"/{newsroom.article().address}/"
    settings.BAKED_PAGES.mkdir(parents=True)
    (settings.BAKED_PAGES / "pages").write_text("in the way")
    answered = Reader().get(address)
    assert answered.status == 200
    assert "surrogate-control" not in answered.headers


# Purge requests.


@pytest.mark.parametrize(
    ("header", "method", "secret"),
    [
        ("xkey", "PURGE", ("Fastly-Key", None)),
        ("Surrogate-Key", "POST", ("Fastly-Key", "sesame")),
        ("Cache-Tag", "POST", ("Authorization", "Bearer sesame")),
    ],
)
def test_each_kind_of_cache_is_purged_in_its_own_protocol(
    cache: Cache, settings: Settings, header: str, method: str, secret: tuple[str, str | None]
) -> None:
    set_up(settings, header, cache)
    edge().purge({"comments:12", "articlepage:12"}, timeout=5)
    (call,) = cache.calls
    assert (call.method, call.path, call.keys) == (method, "/zone/purge", ["articlepage:12", "comments:12"])
    name, value = secret
    assert call.headers[name] == value


def test_many_keys_are_sent_in_several_requests(in_front: Cache) -> None:
    keys = {f"articlepage:{number}" for number in range(MAX_KEYS + 1)}
    edge().purge(keys, timeout=5)
    assert [len(call.keys) for call in in_front.calls] == [MAX_KEYS, 1]
    assert {key for call in in_front.calls for key in call.keys} == keys


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 405},
        {"status": 503},
        {"answer": {"success": False}},
        {"delay": 1.0},
    ],
)
def test_a_purge_that_the_cache_does_not_confirm_has_failed(in_front: Cache, answer: dict[str, object]) -> None:
    for name, value in answer.items():
        setattr(in_front, name, value)
    with pytest.raises(CdnPurgeFailed, match=re.escape(in_front.address)):
        edge().purge({"comments:12"}, timeout=0.3)


def test_a_purge_that_is_redirected_has_failed(cache: Cache, settings: Settings) -> None:
    set_up(settings, "Surrogate-Key", cache)
    cache.status, cache.redirects_to = 302, "/elsewhere"
    with pytest.raises(CdnPurgeFailed, match="302"):
        edge().purge({"comments:12"}, timeout=5)
    assert [call.path for call in cache.calls] == ["/zone/purge"]


def test_a_purge_is_sent_to_the_other_caches_when_one_is_away(cache: Cache, settings: Settings) -> None:
    with Cache() as gone:
        pass
    settings.SURROGATE_HEADER, settings.PURGE_ADDRESSES = "xkey", [gone.address, cache.address]
    with pytest.raises(CdnPurgeFailed, match=re.escape(gone.address)):
        edge().purge({"comments:12"}, timeout=5)
    assert [call.keys for call in cache.calls] == [["comments:12"]]


# When purges are sent.


def test_a_purge_is_sent_before_the_actor_has_the_response(
    reader: Reader, in_front: Cache, committed: Committing
) -> None:
    comment = discussion.published()
    in_front.calls.clear()
    with committed():
        actions.purge(f"thread:{comment.thread_id}")
    assert [call.keys for call in in_front.calls] == [[f"thread:{comment.thread_id}"]]


@in_order
def test_a_change_is_stored_although_the_cache_in_front_is_away(
    reader: Reader, in_front: Cache, committed: Committing
) -> None:
    in_front.status = 503
    with committed():
        actions.purge("comments:12")
    assert cdn.cdn_may_be_stale()


@in_order
def test_the_consumer_sends_a_failed_purge_again_and_every_purge_twice(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        confirm_all(clock, in_front)
        in_front.status = 503
        Purge.objects.record({"comments:12"}, Effect.HARD)
        with pytest.raises(CdnPurgeFailed):
            cdn.send_purges(snapshot())
        in_front.status, in_front.calls = 200, []
        assert cdn.send_purges(snapshot())
        assert not cdn.send_purges(snapshot())
        assert [call.keys for call in in_front.calls] == [["comments:12"]]
        assert cdn.cdn_may_be_stale()
        clock.shift(IN_FLIGHT + 1)
        cdn.send_purges(snapshot())
        assert [call.keys for call in in_front.calls] == [["comments:12"], ["comments:12"]]
        assert not cdn.cdn_may_be_stale()


@in_order
def test_a_purge_is_pending_while_the_second_request_fails(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        confirm_all(clock, in_front)
        Purge.objects.record({"comments:12"}, Effect.HARD)
        cdn.send_purges(snapshot())
        in_front.status = 503
        clock.shift(IN_FLIGHT + 1)
        with pytest.raises(CdnPurgeFailed):
            cdn.send_purges(snapshot())
        assert cdn.cdn_may_be_stale()


@in_order
def test_a_purge_between_two_others_has_a_second_request_of_its_own(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        confirm_all(clock, in_front)
        for key in ("comments:1", "comments:2"):
            Purge.objects.record({key}, Effect.HARD)
            cdn.send_purges(snapshot())
            clock.shift(IN_FLIGHT - 1)
        assert cdn.cdn_may_be_stale()
        for _ in range(2):
            clock.shift(IN_FLIGHT + 1)
            cdn.send_purges(snapshot())
            cdn.send_purges(snapshot())
        assert [key for call in in_front.calls for key in call.keys] == [
            *("comments:1", "comments:2", "comments:1", "comments:2")
        ]
        assert not cdn.cdn_may_be_stale()


@in_order
def test_a_clock_that_is_set_back_does_not_delay_the_second_request(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        confirm_all(clock, in_front)
        Purge.objects.record({"comments:12"}, Effect.HARD)
        cdn.send_purges(snapshot())
        clock.move_to("2026-01-01T12:00:00Z")
        cdn.send_purges(snapshot())
        assert not cdn.cdn_may_be_stale()


UNKNOWN = [
    *(None, "", "{", '{"sent": "x", "due": 0}', '{"sent": "900000000:900000000:", "due": 0}'),
    '{"upto": "1:1:", "settled": "1:1:", "waiting": "", "due": 0}',  # the fields of an older version
]


@pytest.mark.parametrize("content", UNKNOWN)
def test_everything_is_purged_if_the_purge_state_is_unknown(
    reader: Reader, in_front: Cache, content: str | None, settings: Settings
) -> None:
    settings.BAKED_PAGES.mkdir(parents=True)
    if content is not None:
        (settings.BAKED_PAGES / cdn.FILE).write_text(content)
    cdn.send_purges(snapshot())
    assert [call.keys for call in in_front.calls] == [["paper"]]


@in_order
def test_the_desk_shows_a_pending_purge_until_it_is_confirmed_in_front(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        desk = accounts.signed_in(Role.REVIEWER)
        confirm_all(clock, in_front)
        assert "Purge pending" not in desk.get("/desk/").content.decode()
        Purge.objects.record({"comments:12"}, Effect.HARD)
        cdn.send_purges(snapshot())
        assert "Purge pending" in desk.get("/desk/").content.decode()
        clock.shift(IN_FLIGHT + 1)
        cdn.send_purges(snapshot())
        assert "Purge pending" not in desk.get("/desk/").content.decode()


def test_the_doctor_checks_that_the_caches_in_front_confirm_a_purge(reader: Reader, in_front: Cache) -> None:
    assert paper.front_caches().level == Level.OK
    assert [call.keys for call in in_front.calls] == [["doctor"]]
    in_front.status = 405
    told = paper.front_caches()
    assert (told.level, in_front.address in told.message) == (Level.FAIL, True)


@in_order
def test_a_node_acknowledges_a_purge_only_after_it_was_sent_to_the_caches_in_front(
    reader: Reader, in_front: Cache
) -> None:
    assert cdn.acknowledged(snapshot()) == Snapshot.after(0)
    actions.catch_up()
    sent = actions.store().applied_snapshot()
    assert sent is not None
    cdn.send_purges(sent)
    Purge.objects.record({"comments:12"}, Effect.HARD)
    actions.catch_up()
    assert actions.store().applied_snapshot() != sent
    assert cdn.acknowledged(snapshot()) == sent


def test_no_purge_is_sent_or_pending_without_a_cache_in_front(reader: Reader) -> None:
    Purge.objects.record({"comments:12"}, Effect.HARD)
    assert not cdn.send_purges(snapshot())
    assert not cdn.cdn_may_be_stale()
    assert cdn.acknowledged(snapshot()) == snapshot()


def confirm_all(clock: time_machine.Traveller, in_front: Cache) -> None:
    """Confirms all purges so far, and forgets the requests."""
    cdn.send_purges(snapshot())
    clock.shift(IN_FLIGHT + 1)
    cdn.send_purges(snapshot())
    assert not cdn.cdn_may_be_stale()
    in_front.calls.clear()


# Caches that know addresses only.


@pytest.fixture
def by_url(cache: Cache, settings: Settings) -> Cache:
    """A cache of Wagtail's backend for Varnish, Squid and nginx."""
    backend = "wagtail.contrib.frontend_cache.backends.HTTPBackend"
    settings.WAGTAILFRONTENDCACHE = {"default": {"BACKEND": backend, "LOCATION": cache.address}}
    return cache


def test_a_cache_that_knows_urls_stores_a_page_for_a_minute(reader: Reader, by_url: Cache) -> None:
    headers = Reader().get(f"/{newsroom.article().address}/").headers
    assert headers["cache-control"] == f"public, max-age=0, must-revalidate, s-maxage={MINUTE}"


def test_a_cache_that_knows_urls_gets_those_of_the_removed_pages(
    reader: Reader, by_url: Cache, committed: Committing
) -> None:
    article, other = newsroom.article(), newsroom.article()
    reader = Reader()
    for one in (article, other):
        reader.get(f"/{one.address}/")
    by_url.calls.clear()
    with committed():
        actions.purge(f"thread:{article.thread.pk}")
    assert [(call.method, call.path) for call in by_url.calls] == [("PURGE", f"/{article.address}/")]
    assert by_url.calls[0].headers["Host"] == in_force.BASE_URL.partition("//")[2]


@in_order
def test_a_purge_is_pending_until_every_url_has_expired_in_front(reader: Reader, by_url: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        cdn.send_purges(snapshot())
        clock.shift(MINUTE + IN_FLIGHT - 1)
        cdn.send_purges(snapshot())
        assert cdn.cdn_may_be_stale()
        clock.shift(2)
        cdn.send_purges(snapshot())
        assert not cdn.cdn_may_be_stale()


def test_a_path_is_purged_as_a_quoted_url(by_url: Cache, db: None, committed: Committing) -> None:
    with committed():
        edge().purge_paths(["/tag/köln/"])
    assert [call.path for call in by_url.calls] == ["/tag/k%C3%B6ln/"]
