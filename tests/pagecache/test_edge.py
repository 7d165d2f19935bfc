"""Caches in front are told what is stale in the way that each understands, and again until they have acknowledged."""

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
from broadsheet.command.checks import paper
from broadsheet.command.checks.result import Level
from broadsheet.newsroom.models import Paper
from broadsheet.pagecache import actions, telling
from broadsheet.pagecache.edge import DAY, DIALECTS, LONGEST, MINUTE, MOST, ON_ITS_WAY, edge
from broadsheet.pagecache.errors import NotTold
from broadsheet.pagecache.models import Effect, Purge
from broadsheet.pagecache.pages import names_of, path_of
from broadsheet.pagecache.position import Position
from tests.factories import accounts, discussion, newsroom
from tests.pagecache.conftest import Committing
from tests.pagecache.readers import Reader

# On PostgreSQL a test's own transaction has no place in the order of commits, which positions are made of.
in_order = pytest.mark.sqlite  # a test's own transaction has no position on PostgreSQL


@dataclass
class Call:
    """What a cache was told."""

    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def keys(self) -> list[str]:
        """The keys in it, however they were said."""
        if "xkey-purge" in self.headers:
            return str(self.headers["xkey-purge"]).split()
        said = json.loads(self.body)
        return list(said.get("tags") or said["surrogate_keys"])


@dataclass
class Cache:
    """A cache at the wall: remembers what it is told, and answers what the test wants."""

    calls: list[Call] = field(default_factory=list)
    status: int = 200
    says: dict[str, object] = field(default_factory=dict)
    sends_on_to: str = ""
    dawdles: float = 0.0

    def __enter__(self) -> "Cache":
        cache = self

        class Listener(BaseHTTPRequestHandler):
            def answer(self) -> None:
                time.sleep(cache.dawdles)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                cache.calls.append(Call(self.command, self.path, self.headers, body))
                self.send_response(cache.status)
                self.send_header("Content-Type", "application/json")
                if cache.sends_on_to:
                    self.send_header("Location", cache.sends_on_to)
                with suppress(BrokenPipeError):  # whoever asked did not wait for so long
                    self.end_headers()
                    self.wfile.write(json.dumps(cache.says).encode())

            do_PURGE = do_POST = do_GET = answer  # noqa: N815 - http.server calls them by these names

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

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
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}/zone/purge"


@pytest.fixture
def cache() -> Iterator[Cache]:
    with Cache() as listening:
        yield listening


@pytest.fixture
def in_front(cache: Cache, settings: Settings) -> Cache:
    """A Varnish, as far as the paper can tell."""
    set_up(settings, "xkey", cache)
    return cache


def set_up(settings: Settings, header: str, *caches: Cache) -> None:
    settings.SURROGATE_HEADER = header
    settings.PURGE_ADDRESSES = [one.address for one in caches]
    settings.PURGE_TOKEN = "sesame"


def position() -> Position:
    return Purge.objects.position()


# What a page says.


def test_nothing_in_front_is_told_that_it_may_keep_a_page_unless_the_operator_says_how_to_take_it_back(
    reader: Reader,
) -> None:
    headers = reader.get(f"/{newsroom.article().address}/").headers
    assert headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert not {"surrogate-control", "cdn-cache-control", "xkey", "surrogate-key", "cache-tag"} & {*headers}


@pytest.mark.parametrize("header", DIALECTS)
def test_a_page_names_its_keys_to_the_cache_in_front_and_browsers_still_ask(
    reader: Reader, cache: Cache, settings: Settings, header: str
) -> None:
    set_up(settings, header, cache)
    article = newsroom.article()
    reader = Reader()
    first, second = reader.get(f"/{article.address}/"), reader.get(f"/{article.address}/")
    keys = second.headers[header.lower()].replace(",", " ").split()
    assert {"paper", f"articlepage:{article.pk}", f"thread:{article.thread.pk}"} <= {*keys}
    assert second.headers["cache-control"] == "public, max-age=0, must-revalidate"
    lasting = second.headers[DIALECTS[header].lasting.lower()]
    assert 0 < int(lasting.removeprefix("max-age=")) <= DAY
    assert first.headers == second.headers


def test_what_time_makes_wrong_is_kept_in_front_no_longer_than_that(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T23:59:20Z", tick=False):
        Paper.objects.update(time_zone="UTC")
        newsroom.article()
        answered = Reader().get("/")
        assert answered.headers["surrogate-control"] == "max-age=40"


def test_a_page_with_more_keys_than_a_header_holds_is_not_kept_in_front(in_front: Cache) -> None:
    few, many = [f"articlepage:{number}" for number in range(100)], [f"articlepage:{number}" for number in range(900)]
    ((name, value),) = edge().named(few)
    assert (name, len(value.split())) == ("xkey", 100)
    assert len(value) < LONGEST
    assert edge().named(many) == ()
    assert edge().allowed([("ETag", "x")], None) == [("ETag", "x")]


def test_what_is_not_baked_says_nothing_to_the_cache_in_front(reader: Reader, in_front: Cache) -> None:
    answered = Reader().get("/sign-in/")
    assert not {"surrogate-control", "xkey"} & {*answered.headers}


def test_a_page_that_could_not_be_kept_here_is_not_kept_in_front(
    reader: Reader, in_front: Cache, settings: Settings
) -> None:
    address = f"/{newsroom.article().address}/"
    settings.BAKED_PAGES.mkdir(parents=True)
    (settings.BAKED_PAGES / "pages").write_text("in the way")
    answered = Reader().get(address)
    assert answered.status == 200
    assert "surrogate-control" not in answered.headers


# How they are told.


@pytest.mark.parametrize(
    ("header", "method", "secret"),
    [
        ("xkey", "PURGE", ("Fastly-Key", None)),
        ("Surrogate-Key", "POST", ("Fastly-Key", "sesame")),
        ("Cache-Tag", "POST", ("Authorization", "Bearer sesame")),
    ],
)
def test_each_kind_of_cache_is_told_in_its_own_words(
    cache: Cache, settings: Settings, header: str, method: str, secret: tuple[str, str | None]
) -> None:
    set_up(settings, header, cache)
    edge().tell({"comments:12", "articlepage:12"}, patience=5)
    (call,) = cache.calls
    assert (call.method, call.path, call.keys) == (method, "/zone/purge", ["articlepage:12", "comments:12"])
    name, value = secret
    assert call.headers[name] == value


def test_many_keys_are_told_in_several_calls(in_front: Cache) -> None:
    keys = {f"articlepage:{number}" for number in range(MOST + 1)}
    edge().tell(keys, patience=5)
    assert [len(call.keys) for call in in_front.calls] == [MOST, 1]
    assert {key for call in in_front.calls for key in call.keys} == keys


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 405},
        {"status": 503},
        {"says": {"success": False}},
        {"dawdles": 1.0},
    ],
)
def test_a_cache_that_does_not_say_that_it_is_done_has_not_heard(in_front: Cache, answer: dict[str, object]) -> None:
    for name, value in answer.items():
        setattr(in_front, name, value)
    with pytest.raises(NotTold, match=re.escape(in_front.address)):
        edge().tell({"comments:12"}, patience=0.3)


def test_a_call_that_is_sent_on_to_another_address_has_not_been_heard(cache: Cache, settings: Settings) -> None:
    set_up(settings, "Surrogate-Key", cache)
    cache.status, cache.sends_on_to = 302, "/elsewhere"
    with pytest.raises(NotTold, match="302"):
        edge().tell({"comments:12"}, patience=5)
    assert [call.path for call in cache.calls] == ["/zone/purge"]


def test_a_cache_that_is_away_keeps_nobody_else_from_hearing(cache: Cache, settings: Settings) -> None:
    with Cache() as gone:
        pass
    settings.SURROGATE_HEADER, settings.PURGE_ADDRESSES = "xkey", [gone.address, cache.address]
    with pytest.raises(NotTold, match=re.escape(gone.address)):
        edge().tell({"comments:12"}, patience=5)
    assert [call.keys for call in cache.calls] == [["comments:12"]]


# When they are told.


def test_before_the_actor_hears_of_a_removal_the_cache_in_front_has_heard(
    reader: Reader, in_front: Cache, committed: Committing
) -> None:
    comment = discussion.published()
    in_front.calls.clear()
    with committed():
        actions.purge(f"thread:{comment.thread_id}")
    assert [call.keys for call in in_front.calls] == [[f"thread:{comment.thread_id}"]]


@in_order
def test_a_removal_stands_although_the_cache_in_front_is_away(
    reader: Reader, in_front: Cache, committed: Committing
) -> None:
    in_front.status = 503
    with committed():
        actions.purge("comments:12")
    assert telling.cdn_may_be_stale()


@in_order
def test_whoever_follows_the_log_tells_what_was_not_heard_and_says_it_twice(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        everything_is_settled(clock, in_front)
        in_front.status = 503
        Purge.objects.write({"comments:12"}, Effect.REMOVED)
        with pytest.raises(NotTold):
            telling.tell(position())
        in_front.status, in_front.calls = 200, []
        assert telling.tell(position())
        assert not telling.tell(position())
        assert [call.keys for call in in_front.calls] == [["comments:12"]]
        assert telling.cdn_may_be_stale()
        clock.shift(ON_ITS_WAY + 1)
        telling.tell(position())
        assert [call.keys for call in in_front.calls] == [["comments:12"], ["comments:12"]]
        assert not telling.cdn_may_be_stale()


@in_order
def test_nothing_is_settled_while_the_second_call_is_not_heard(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        everything_is_settled(clock, in_front)
        Purge.objects.write({"comments:12"}, Effect.REMOVED)
        telling.tell(position())
        in_front.status = 503
        clock.shift(ON_ITS_WAY + 1)
        with pytest.raises(NotTold):
            telling.tell(position())
        assert telling.cdn_may_be_stale()


@in_order
def test_what_is_purged_meanwhile_has_a_second_time_of_its_own(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        everything_is_settled(clock, in_front)
        for key in ("comments:1", "comments:2"):
            Purge.objects.write({key}, Effect.REMOVED)
            telling.tell(position())
            clock.shift(ON_ITS_WAY - 1)
        assert telling.cdn_may_be_stale()
        for _ in range(2):
            clock.shift(ON_ITS_WAY + 1)
            telling.tell(position())
            telling.tell(position())
        assert [key for call in in_front.calls for key in call.keys] == [
            *("comments:1", "comments:2", "comments:1", "comments:2")
        ]
        assert not telling.cdn_may_be_stale()


@in_order
def test_a_clock_that_is_set_back_does_not_put_the_second_time_off(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        everything_is_settled(clock, in_front)
        Purge.objects.write({"comments:12"}, Effect.REMOVED)
        telling.tell(position())
        clock.move_to("2026-01-01T12:00:00Z")
        telling.tell(position())
        assert not telling.cdn_may_be_stale()


UNKNOWN = [None, "", "{", '{"upto": "x", "due": 0}', '{"upto": "900000000:900000000:", "due": 0}']


@pytest.mark.parametrize("noted", UNKNOWN)
def test_a_machine_that_does_not_know_what_it_has_told_calls_everything_stale(
    reader: Reader, in_front: Cache, noted: str | None, settings: Settings
) -> None:
    settings.BAKED_PAGES.mkdir(parents=True)
    if noted is not None:
        (settings.BAKED_PAGES / telling.FILE).write_text(noted)
    telling.tell(position())
    assert [call.keys for call in in_front.calls] == [["paper"]]


@in_order
def test_the_desk_says_that_a_purge_is_pending_until_it_is_settled_in_front(reader: Reader, in_front: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        desk = accounts.signed_in(Role.REVIEWER)
        everything_is_settled(clock, in_front)
        assert "Purge pending" not in desk.get("/desk/").content.decode()
        Purge.objects.write({"comments:12"}, Effect.REMOVED)
        telling.tell(position())
        assert "Purge pending" in desk.get("/desk/").content.decode()
        clock.shift(ON_ITS_WAY + 1)
        telling.tell(position())
        assert "Purge pending" not in desk.get("/desk/").content.decode()


def test_the_doctor_says_whether_the_caches_in_front_hear(reader: Reader, in_front: Cache) -> None:
    assert paper.front_caches().level == Level.OK
    assert [call.keys for call in in_front.calls] == [["doctor"]]
    in_front.status = 405
    told = paper.front_caches()
    assert (told.level, in_front.address in told.message) == (Level.FAIL, True)


@in_order
def test_a_machine_confirms_a_purge_only_when_those_in_front_have_heard_it(reader: Reader, in_front: Cache) -> None:
    assert telling.acknowledged(position()) == Position.after(0)
    actions.catch_up()
    told = actions.store().seen()
    assert told is not None
    telling.tell(told)
    Purge.objects.write({"comments:12"}, Effect.REMOVED)
    actions.catch_up()
    assert actions.store().seen() != told
    assert telling.acknowledged(position()) == told


def test_with_nothing_in_front_nothing_is_told_and_nothing_pending(reader: Reader) -> None:
    Purge.objects.write({"comments:12"}, Effect.REMOVED)
    assert not telling.tell(position())
    assert not telling.cdn_may_be_stale()
    assert telling.acknowledged(position()) == position()


def everything_is_settled(clock: time_machine.Traveller, in_front: Cache) -> None:
    """The state of a paper in which nothing was removed for a while; what led to it is forgotten."""
    telling.tell(position())
    clock.shift(ON_ITS_WAY + 1)
    telling.tell(position())
    assert not telling.cdn_may_be_stale()
    in_front.calls.clear()


# Caches that know addresses only.


@pytest.fixture
def by_address(cache: Cache, settings: Settings) -> Cache:
    """Something that Wagtail's back end for Varnish, Squid and nginx speaks to."""
    backend = "wagtail.contrib.frontend_cache.backends.HTTPBackend"
    settings.WAGTAILFRONTENDCACHE = {"default": {"BACKEND": backend, "LOCATION": cache.address}}
    return cache


def test_a_cache_that_knows_addresses_keeps_a_page_for_a_minute(reader: Reader, by_address: Cache) -> None:
    headers = Reader().get(f"/{newsroom.article().address}/").headers
    assert headers["cache-control"] == f"public, max-age=0, must-revalidate, s-maxage={MINUTE}"


def test_a_cache_that_knows_addresses_is_told_those_of_the_pages_that_went(
    reader: Reader, by_address: Cache, committed: Committing
) -> None:
    article, other = newsroom.article(), newsroom.article()
    reader = Reader()
    for one in (article, other):
        reader.get(f"/{one.address}/")
    by_address.calls.clear()
    with committed():
        actions.purge(f"thread:{article.thread.pk}")
    assert [(call.method, call.path) for call in by_address.calls] == [("PURGE", f"/{article.address}/")]
    assert by_address.calls[0].headers["Host"] == in_force.BASE_URL.partition("//")[2]


@in_order
def test_a_removal_is_pending_in_front_until_every_address_has_run_out(reader: Reader, by_address: Cache) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        telling.tell(position())
        clock.shift(MINUTE + ON_ITS_WAY - 1)
        telling.tell(position())
        assert telling.cdn_may_be_stale()
        clock.shift(2)
        telling.tell(position())
        assert not telling.cdn_may_be_stale()


def test_every_name_on_the_disk_leads_back_to_the_path_that_it_is_of() -> None:
    for path in ("/", "/feed/", "/robots.txt", "/harbour/", "/2026/03/01/dredger/", "/images/a/1/x.jpg"):
        assert [path_of(name) for name in names_of(path)] == [path] * len(names_of(path))


def test_an_address_is_told_as_it_travels(by_address: Cache, db: None, committed: Committing) -> None:
    with committed():
        edge().tell_paths(["/tag/köln/"])
    assert [call.path for call in by_address.calls] == ["/tag/k%C3%B6ln/"]
