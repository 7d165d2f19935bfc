"""The caches in front of the paper: the headers that a page has for them, and the purges that they understand.

Knows headers and calls, but not which purges were sent already: see `cdn`. The reasons are in ADR 19.
"""

import json
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache

from broadsheet.core.failures import outcome_of
from broadsheet.pagecache.errors import CdnPurgeFailed

MAX_HEADER = 7000  # bytes of one header: Varnish takes 8 KB, the others 16
MAX_KEYS = 100  # in one call
MAX_ANSWER = 100_000  # bytes that are read of a cache's answer
DAY = 86_400  # seconds
MINUTE = 60
IN_FLIGHT = 15.0  # seconds after which no response can still arrive in front that left before a page was removed


@dataclass(frozen=True)
class Edge:
    """The cache in front; this one stores no page."""

    stores_pages: bool = False
    purges_urls: bool = False
    confirmed_after: float = 0.0  # seconds from a purge until no cache in front can store what it removed

    def key_headers(self, keys: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Return the headers that give a page's keys to the cache."""
        del keys
        return ()

    def with_lifetime(self, headers: list[tuple[str, str]], expires_at: float | None) -> list[tuple[str, str]]:
        """Return the headers of a baked page, with the permission to store it for a while.

        `expires_at` is in seconds since the epoch, None for a page without an end.
        """
        del expires_at
        return headers

    def purge(self, keys: Collection[str], *, timeout: float) -> None:
        """Purge every page with any of these keys; raise CdnPurgeFailed if a cache does not confirm it in time."""

    def purge_paths(self, paths: Iterable[str]) -> None:
        """Purge the pages at these paths, if `purges_urls`."""


@dataclass(frozen=True)
class Protocol:
    """The headers and the purge request of caches that know surrogate keys."""

    header: str  # has the keys of a page
    separator: str  # between two of them
    lifetime_header: str  # tells this cache alone how long it may store a page
    request: Callable[[str, Sequence[str], str], Request]


def _by_header(address: str, keys: Sequence[str], token: str) -> Request:
    del token
    headers = {"xkey-purge": " ".join(keys)}
    return Request(address, headers=headers, method="PURGE")  # noqa: S310 - the options take http addresses only


def _by_json(address: str, keys: Sequence[str], token: str, *, name: str, authorization: str) -> Request:
    header, _, value = authorization.partition(": ")
    headers = {"Content-Type": "application/json", "Accept": "application/json", header: value.format(token)}
    body = json.dumps({name: list(keys)}).encode()
    return Request(address, body, headers, method="POST")  # noqa: S310 - the options take http addresses only


_fastly = partial(_by_json, name="surrogate_keys", authorization="Fastly-Key: {}")
_cloudflare = partial(_by_json, name="tags", authorization="Authorization: Bearer {}")
PROTOCOLS = {
    protocol.header: protocol
    for protocol in (
        Protocol("xkey", " ", "Surrogate-Control", _by_header),
        Protocol("Surrogate-Key", " ", "Surrogate-Control", _fastly),
        Protocol("Cache-Tag", ",", "CDN-Cache-Control", _cloudflare),
    )
}


@dataclass(frozen=True)
class KeyEdge(Edge):
    """Caches that find pages by surrogate keys: a purge reaches every page they have, at any URL."""

    stores_pages: bool = True
    confirmed_after: float = IN_FLIGHT
    protocol: Protocol = PROTOCOLS["xkey"]
    addresses: tuple[str, ...] = ()
    token: str = ""

    def key_headers(self, keys: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Return no header, so that the page is not stored, if the keys do not fit: a part of them would be worse."""
        value = self.protocol.separator.join(sorted(keys))
        return ((self.protocol.header, value),) if len(value.encode()) <= MAX_HEADER else ()

    def with_lifetime(self, headers: list[tuple[str, str]], expires_at: float | None) -> list[tuple[str, str]]:
        """Return the headers with a lifetime for this cache alone; browsers still revalidate each time."""
        lifetime = _lifetime(DAY, expires_at)
        if lifetime < 1 or all(name != self.protocol.header for name, _ in headers):
            return headers
        return [*headers, (self.protocol.lifetime_header, f"max-age={lifetime}")]

    def purge(self, keys: Collection[str], *, timeout: float) -> None:
        """Send the purge to all caches at the same time: one that is away or slow delays no other."""
        ordered = sorted(keys)
        purges = [_CachePurge(self, address, ordered, timeout) for address in self.addresses]
        deadline = time.monotonic() + timeout
        failures = [failure for purge in purges if (failure := purge.failure(deadline))]
        if failures:
            raise CdnPurgeFailed("; ".join(failures))

    def purge_one(self, address: str, keys: Sequence[str], timeout: float) -> None:
        """Send the purge to one cache; raise OSError, HTTPException or ValueError unless it confirms it."""
        for first in range(0, len(keys), MAX_KEYS):
            _send(self.protocol.request(address, keys[first : first + MAX_KEYS], self.token), timeout)


class _CachePurge(threading.Thread):
    """The purge of one cache, in a thread that ends by itself where the cache is slow."""

    def __init__(self, front: KeyEdge, address: str, keys: Sequence[str], timeout: float) -> None:
        super().__init__(daemon=True, name=f"purge of {address}")
        self.address = address
        self.reason = ""
        self.work = partial(front.purge_one, address, keys, timeout)
        self.start()

    def run(self) -> None:
        """Send the purge, and keep the reason of a failure."""
        if error := outcome_of(self.work):
            self.reason = f"{self.address}: {error}"

    def failure(self, deadline: float) -> str:
        """Wait until the deadline at most; return the reason of a failure, empty for a confirmed purge."""
        self.join(max(deadline - time.monotonic(), 0.0))
        return f"{self.address}: no answer" if self.is_alive() else self.reason


@dataclass(frozen=True)
class UrlEdge(Edge):
    """Caches that know URLs only: no list of those is complete, so a page is stored for a minute at most."""

    stores_pages: bool = True
    purges_urls: bool = True
    confirmed_after: float = MINUTE + IN_FLIGHT
    bases: tuple[str, ...] = ()

    def with_lifetime(self, headers: list[tuple[str, str]], expires_at: float | None) -> list[tuple[str, str]]:
        """Return the headers with s-maxage in Cache-Control, which shared caches understand and browsers ignore."""
        lifetime = _lifetime(MINUTE, expires_at)
        return [
            (name, f"{value}, s-maxage={lifetime}" if name == "Cache-Control" else value) for name, value in headers
        ]

    def purge_paths(self, paths: Iterable[str]) -> None:
        """Enqueue the purge for Wagtail's backends: they set no time limit, and the worker has a long one."""
        if urls := [f"{base}{quote(path)}" for base in self.bases for path in paths]:
            purge_urls_from_cache(urls)


def edge() -> Edge:
    """Return the cache in front according to the settings."""
    if settings.SURROGATE_HEADER:
        protocol = PROTOCOLS[settings.SURROGATE_HEADER]
        return KeyEdge(protocol=protocol, addresses=tuple(settings.PURGE_ADDRESSES), token=settings.PURGE_TOKEN)
    if settings.WAGTAILFRONTENDCACHE:
        return UrlEdge(bases=(settings.BASE_URL,))
    return Edge()


def _lifetime(longest: int, expires_at: float | None) -> int:
    return longest if expires_at is None else max(0, min(longest, int(expires_at - time.time())))


class _NoRedirects(HTTPRedirectHandler):
    """A handler that fails on redirects: the cache that sends one has not purged."""

    def redirect_request(self, *_: object) -> None:
        return None


_opener = build_opener(_NoRedirects)


def _send(request: Request, timeout: float) -> None:
    """Send a purge; raise OSError, HTTPException or ValueError unless the response confirms it."""
    try:
        response = _opener.open(request, timeout=timeout)
    except HTTPError as error:
        error.close()  # it holds the connection
        raise
    with response:
        answer = (
            json.loads(response.read(MAX_ANSWER)) if response.headers.get_content_type() == "application/json" else {}
        )
    if isinstance(answer, dict) and not answer.get("success", True):
        raise ValueError("it answers that it did not do it")
