"""The page server: a WSGI application before Django that sends baked pages, and bakes those that are not baked yet."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from http import HTTPMethod, HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl

from django.db import Error

from broadsheet.bakery.locks import Coalescing
from broadsheet.bakery.memory import FileVersion, MemoryCache, UncacheablePaths, file_version
from broadsheet.bakery.pages import MAX_PATH, Page, digest_of
from broadsheet.bakery.responses import CachedResponse, stored_headers
from broadsheet.bakery.store import Store
from broadsheet.gateway.responses import StartedResponse
from broadsheet.pagecache.edge import Edge, edge
from broadsheet.pagecache.keys import EVERYTHING
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import Surrogates, collected

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]

MAX_BODY = 8 * 1024 * 1024  # bytes; a larger body is passed on as it comes
COALESCE_TIMEOUT = 0.25  # seconds to wait for the rendering of another request before the stale copy is sent
SAFE_METHODS = frozenset({"GET", "HEAD"})
MAX_PATHS = 4096  # whose file names are remembered
UNCACHEABLE_DIRECTIVES = ("no-store", "private", "no-cache")
NO_EDGE = Edge()  # for responses that caches in front must not store


@dataclass
class _ResponseHead(StartedResponse):
    """The status and headers of the application's response."""

    @property
    def is_server_error(self) -> bool:
        return self.status.startswith("5")

    def header(self, name: str) -> str:
        """Return all values of a header."""
        return ", ".join(value for own, value in self.headers if own.lower() == name)


class PageServer:
    """Answers GET and HEAD from the store, and passes all other requests on to the application.

    `is_allowed_host` returns whether a Host header names the paper. Paths that begin with a prefix in `never_baked`
    are never baked. A baked page does not depend on the query string, but requests with a parameter in
    `uncached_query_parameters` go to the application. `extra_headers` are added to every baked page.
    """

    def __init__(
        self,
        application: Application,
        *,
        store: Store,
        is_allowed_host: Callable[[str], bool],
        never_baked: Collection[str] = (),
        uncached_query_parameters: Collection[str] = (),
        extra_headers: Collection[tuple[str, str]] = (),
    ) -> None:
        self.application = application
        self.store = store
        self.files_of = lru_cache(MAX_PATHS)(store.files.of)
        self.is_allowed_host = is_allowed_host
        self.never_baked = tuple(never_baked)
        self.uncached_query_parameters = frozenset(uncached_query_parameters)
        self.extra_headers = tuple(extra_headers)
        self.edge = edge()
        self.memory = MemoryCache()
        self.uncacheable = UncacheablePaths()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = self._cacheable_path(environ)
        if not path:
            return self.application(environ, start_response)
        response = self._fresh_response(self.files_of(path))
        if response is not None:
            return self._send(response, environ, start_response)
        if environ["REQUEST_METHOD"] != HTTPMethod.GET:
            return self.application(environ, start_response)
        return self._render_coalesced(path, environ, start_response)

    # For a server with an event loop, which must not wait for the disk, and never for the database.

    def hit(self, environ: Environ) -> tuple[HTTPStatus, Headers, bytes] | None:
        """Return the response if it is a fresh page in memory; takes no longer than asking the disk for its version."""
        file, version = self._baked_file(environ)
        response = version and self.memory.get(str(file), version)
        return self._response(response, environ) if response and response.is_fresh_at(time.time()) else None

    def is_baked(self, environ: Environ) -> bool:
        """Return whether the response is a page on the disk, which is not known to have expired."""
        file, version = self._baked_file(environ)
        response = version and self.memory.get(str(file), version)
        return response.is_fresh_at(time.time()) if response else version is not None

    def load(self, environ: Environ) -> tuple[HTTPStatus, Headers, bytes] | None:
        """Return the response if it is a fresh page on the disk, which is then in memory."""
        response = self._fresh_response(self.files_of(self._cacheable_path(environ)))
        return self._response(response, environ) if response else None

    def _baked_file(self, environ: Environ) -> tuple[Path | None, FileVersion | None]:
        """Return the file of the requested page and its version, or None for both if it is not baked."""
        for file in self.files_of(path) if (path := self._cacheable_path(environ)) else ():
            if version := file_version(file):
                return file, version
        return None, None

    def _cacheable_path(self, environ: Environ) -> str:
        """Return the path of the request; empty where the response cannot be a baked page."""
        if environ["REQUEST_METHOD"] not in SAFE_METHODS:
            return ""
        path: str = environ["PATH_INFO"]
        if not path.isascii():
            try:
                path = path.encode("latin-1").decode()
            except UnicodeError:
                return ""
        if len(path) > MAX_PATH or path.startswith(self.never_baked):
            return ""
        if self._has_uncached_query_parameter(environ.get("QUERY_STRING", "")):
            return ""
        return path if self.files_of(path) and self.is_allowed_host(environ.get("HTTP_HOST", "")) else ""

    def _has_uncached_query_parameter(self, query: str) -> bool:
        return bool(query) and any(
            name in self.uncached_query_parameters for name, _ in parse_qsl(query, keep_blank_values=True)
        )

    # Hits.

    def _fresh_response(self, files: Iterable[Path]) -> CachedResponse | None:
        return next((response for response in self._stored_responses(files) if response.is_fresh_at(time.time())), None)

    def _stored_responses(self, files: Iterable[Path]) -> Iterator[CachedResponse]:
        for file in files:
            version = file_version(file)
            response = version and (self.memory.get(str(file), version) or self._load(file))
            if response:
                yield response

    def _load(self, file: Path) -> CachedResponse | None:
        """Load a page into memory; return None if it is damaged, or changes while it is read."""
        version, stored = file_version(file), self.store.get(file)
        if version is None or stored is None:
            return None
        try:
            bodies = stored.bodies()
        except OSError as error:
            logger.warning("A baked page cannot be read (%s); it is rendered instead.", error)
            return None
        if bodies is None or file_version(file) != version:
            return None
        entry = stored.entry
        digest = entry.digests["identity"]
        response = CachedResponse(entry.headers, digest, bodies, entry.rendered_at, entry.expires_at)
        self.memory.put(str(file), version, response)
        return response

    # Misses.

    def _render_coalesced(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Render a page once for concurrent requests: the followers get the page that the leader has baked.

        A follower that has waited for COALESCE_TIMEOUT gets the stale copy, if no hard purge has removed it.
        """
        if path in self.uncacheable:
            return self._bake(path, environ, start_response)
        with self.store.coalesced(path, COALESCE_TIMEOUT) as role:
            if role != Coalescing.TIMED_OUT:
                return self._respond(role, path, environ, start_response)
            stale = self._fresh_response(self.store.files.stale_of(path))
            if stale is not None:
                return self._send(stale, environ, start_response, to_edge=NO_EDGE)
        with self.store.coalesced(path) as role:
            return self._respond(role, path, environ, start_response)

    def _respond(self, role: Coalescing, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        response = None if role == Coalescing.LEADER else self._fresh_response(self.store.files.of(path))
        if response is not None:
            return self._send(response, environ, start_response)
        return self._bake(path, environ, start_response)

    def _bake(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Have the application render the page, and store it if it is cacheable and has not gone stale meanwhile."""
        head = _ResponseHead()
        with collected() as surrogates:
            body = self.application(environ, head)
            if not _is_cacheable(head, surrogates):
                return self._pass_on(body, head, path, environ, start_response)
            with _closing(body):
                page = self._page(path, head, b"".join(body), surrogates)
                self._store(page, surrogates)
        response = self._fresh_response(self.store.files.of(path))
        if response is not None:
            return self._send(response, environ, start_response)
        return self._send(_unstored_response(page), environ, start_response, to_edge=NO_EDGE)

    def _pass_on(
        self, body: Iterable[bytes], head: _ResponseHead, path: str, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Send an uncacheable response; in place of a server error send the stale page, if there is one."""
        self.uncacheable.add(path)
        stale = self._stale_response(path) if head.is_server_error else None
        if stale is None:
            start_response(head.status, head.headers)
            return body
        with _closing(body):
            return self._send(stale, environ, start_response, to_edge=NO_EDGE)

    def _stale_response(self, path: str) -> CachedResponse | None:
        """Return the expired page or the stale copy: a hard purge would have removed both."""
        return next(self._stored_responses([*self.store.files.of(path), *self.store.files.stale_of(path)]), None)

    def _send(
        self, response: CachedResponse, environ: Environ, start_response: StartResponse, *, to_edge: Edge | None = None
    ) -> Iterable[bytes]:
        """Send a response. Caches in front may store it only if it is a page on this disk: a purge reaches no other."""
        status, headers, body = self._response(response, environ, to_edge)
        start_response(f"{status.value} {status.phrase}", headers)
        return [body] if body else []

    def _response(
        self, response: CachedResponse, environ: Environ, to_edge: Edge | None = None
    ) -> tuple[HTTPStatus, Headers, bytes]:
        status, headers, body = response.for_request(environ)
        headers = (to_edge or self.edge).with_lifetime(headers, response.expires_at)
        return status, [*headers, *self.extra_headers], body

    def _page(self, path: str, head: _ResponseHead, body: bytes, surrogates: Surrogates) -> Page:
        page = _page(path, head, body, surrogates)
        return replace(page, headers=page.headers + self.edge.key_headers(page.keys))

    def _store(self, page: Page, surrogates: Surrogates) -> None:
        """Store the page, unless it went stale while it was rendered, or cannot be written."""

        def is_stale() -> bool:
            since, now = surrogates.snapshot, Purge.objects.snapshot()
            return since is None or not page.keys.isdisjoint(Purge.objects.keys_between(since, now))

        try:
            self.store.put(page, is_stale=is_stale)
        except (OSError, Error) as error:
            logger.warning("%s could not be baked (%s); it is rendered each time.", page.path, error)


def _is_cacheable(head: _ResponseHead, surrogates: Surrogates) -> bool:
    """Return whether a view has declared the response cacheable, and neither headers nor size forbid it."""
    if not head.status.startswith(str(HTTPStatus.OK.value)) or not surrogates.is_cacheable:
        return False
    cache_control, vary = head.header("cache-control").lower(), head.header("vary").lower()
    if head.header("set-cookie") or "cookie" in vary or any(word in cache_control for word in UNCACHEABLE_DIRECTIVES):
        return False
    return int(head.header("content-length") or 0) <= MAX_BODY


def _page(path: str, head: _ResponseHead, body: bytes, surrogates: Surrogates) -> Page:
    expires_at = surrogates.until.timestamp() if surrogates.until else None
    cache_control = head.header("cache-control")
    own = (("Cache-Control", cache_control),) if "immutable" in cache_control else ()
    headers = stored_headers(head.headers) + own
    return Page(path, body, headers, frozenset({EVERYTHING, *surrogates.keys}), expires_at=expires_at)


def _unstored_response(page: Page) -> CachedResponse:
    return CachedResponse(page.headers, digest_of(page.body), {"identity": page.body})


def _closing(body: Iterable[bytes]) -> AbstractContextManager[object]:
    """Close the application's body at the end of the block, as PEP 3333 demands."""
    return closing(cast("Any", body)) if hasattr(body, "close") else nullcontext()
