"""The HTTP responses of a baked page: content negotiation, validation by ETag and headers (RFC 9110)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus

from broadsheet.bakery.pages import ENCODINGS

# Browsers and proxies may store a page and revalidate it each time, so that a removal takes effect at once (ADR 16).
REVALIDATE = "public, max-age=0, must-revalidate"
# Headers of the application that are made anew for each page, or that concern one connection only.
OWN_HEADERS = {
    *("accept-ranges", "cache-control", "connection", "content-encoding", "content-length", "date", "etag", "expires"),
    *("keep-alive", "last-modified", "server", "set-cookie", "strict-transport-security", "transfer-encoding", "vary"),
}
# Headers of a page that a 304 leaves out.
BODY_HEADERS = {"accept-ranges", "content-encoding", "content-length", "content-type"}
MAX_ACCEPT_ENCODING = 250  # characters; browsers send a fifth of that
_ETAG = re.compile(r'(?:W/)?"([^"]*)"')


@dataclass(frozen=True)
class EncodedResponse:
    """A page in one content coding, with the headers and the body of a 200 response."""

    etag: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class CachedResponse:
    """A page in memory, ready to be sent. Each content coding has its own ETag.

    `rendered_at` and `expires_at` are seconds since the epoch.
    """

    headers: tuple[tuple[str, str], ...]
    digest: str
    bodies: Mapping[str, bytes]
    rendered_at: float = 0.0
    expires_at: float | None = None
    size: int = field(init=False)
    encoded: Mapping[str, EncodedResponse] = field(init=False)
    encodings: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(map(len, self.bodies.values())))
        object.__setattr__(self, "encoded", {encoding: self._encoded(encoding) for encoding in self.bodies})
        object.__setattr__(self, "encodings", tuple(self.bodies))

    def is_fresh_at(self, now: float) -> bool:
        """Return whether the page has not expired; one dated in the future, by a clock that was ahead, is not fresh."""
        return self.expires_at is None or self.rendered_at <= now < self.expires_at

    def for_request(self, environ: Mapping[str, object]) -> tuple[HTTPStatus, list[tuple[str, str]], bytes]:
        """Return status, headers and body for a WSGI request; a range is answered with the whole page."""
        encoding = preferred_encoding(str(environ.get("HTTP_ACCEPT_ENCODING", "")), self.encodings)
        response = self.encoded[encoding]
        condition = environ.get("HTTP_IF_NONE_MATCH")
        if condition and matches_etag(str(condition), response.etag):
            headers = [header for header in response.headers if header[0].lower() not in BODY_HEADERS]
            return HTTPStatus.NOT_MODIFIED, headers, b""
        return HTTPStatus.OK, [*response.headers], b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body

    def _encoded(self, encoding: str) -> EncodedResponse:
        etag, body = f'"{self.digest[:24]}-{encoding}"', self.bodies[encoding]
        headers = [("ETag", etag), ("Vary", "Accept-Encoding"), *self._cache_control(), *self.headers]
        if encoding != "identity":
            headers.append(("Content-Encoding", encoding))
        headers += [("Content-Length", str(len(body))), ("Accept-Ranges", "none")]
        return EncodedResponse(etag, tuple(headers), body)

    def _cache_control(self) -> list[tuple[str, str]]:
        """Return the header, unless the page brings its own: that of a picture allows browsers to store it for ever."""
        has_own = any(name.lower() == "cache-control" for name, _ in self.headers)
        return [] if has_own else [("Cache-Control", REVALIDATE)]


def stored_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers of an application's response that are stored with the page."""
    return tuple((name, value) for name, value in headers if name.lower() not in OWN_HEADERS)


def preferred_encoding(accepted: str, encodings: tuple[str, ...]) -> str:
    """Return the acceptable encoding with the highest weight; of equals the best compression (RFC 9110, 12.5.3)."""
    return _preferred(accepted, encodings) if 0 < len(accepted) <= MAX_ACCEPT_ENCODING else "identity"


@lru_cache(256)  # browsers are few, and send the same header each time
def _preferred(accepted: str, encodings: tuple[str, ...]) -> str:
    weights = dict(map(_weighed, accepted.lower().split(",")))
    wildcard = weights.get("*", 0.0)
    available = [name for name in ENCODINGS if name in encodings]
    best = max(available, key=lambda name: weights.get(name, wildcard), default="identity")
    weight = weights.get(best, wildcard)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else "identity"


def _weighed(element: str) -> tuple[str, float]:
    name, _, parameters = element.strip().partition(";")
    weight = parameters.strip().removeprefix("q=") if parameters.strip() else "1"
    try:
        return name.strip(), float(weight)
    except ValueError:
        return name.strip(), 0.0


def matches_etag(condition: str, etag: str) -> bool:
    """Return whether If-None-Match lists this ETag, by weak comparison (RFC 9110, 13.1.2)."""
    return condition.strip() == "*" or etag.strip('"') in _ETAG.findall(condition)
