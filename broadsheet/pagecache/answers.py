"""A baked page as HTTP answers it: which encoding, whether the reader has it already, with which headers (RFC 9110)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus

from broadsheet.pagecache.pages import ENCODINGS

# Readers and proxies may keep a page, and ask each time whether it still stands: what is removed is removed at once.
KEEP_AND_ASK = "public, max-age=0, must-revalidate"
# Of the application's headers these are made anew here, or concern one connection only.
OWN = {
    *("accept-ranges", "cache-control", "connection", "content-encoding", "content-length", "date", "etag", "expires"),
    *("keep-alive", "last-modified", "server", "set-cookie", "strict-transport-security", "transfer-encoding", "vary"),
}
# What a 304 leaves out of a page's headers.
OF_A_BODY = {"accept-ranges", "content-encoding", "content-length", "content-type"}
LONGEST_WISH = 250  # characters of Accept-Encoding; no browser's has a fifth of that
_TAG = re.compile(r'(?:W/)?"([^"]*)"')


@dataclass(frozen=True)
class Packed:
    """A page in one encoding: everything that is the same each time it is sent."""

    tag: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """A page in memory, ready to be sent. Each encoding has an ETag of its own."""

    headers: tuple[tuple[str, str], ...]
    digest: str
    bodies: Mapping[str, bytes]
    made: float = 0.0  # seconds since the epoch, as is `until`
    until: float | None = None
    size: int = field(init=False)
    packed: Mapping[str, Packed] = field(init=False)
    offered: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(map(len, self.bodies.values())))
        object.__setattr__(self, "packed", {encoding: self._packed(encoding) for encoding in self.bodies})
        object.__setattr__(self, "offered", tuple(self.bodies))

    def is_right_at(self, now: float) -> bool:
        """Whether time alone has not made it wrong; nor may a clock that was ahead when it was made have done so."""
        return self.until is None or self.made <= now < self.until

    def to(self, environ: Mapping[str, object]) -> tuple[HTTPStatus, list[tuple[str, str]], bytes]:
        """What this request gets: status, headers, body. A range is not served: the whole page is an answer too."""
        packed = self.packed[chosen_encoding(str(environ.get("HTTP_ACCEPT_ENCODING", "")), self.offered)]
        condition = environ.get("HTTP_IF_NONE_MATCH")
        if condition and known(str(condition), packed.tag):
            return HTTPStatus.NOT_MODIFIED, [one for one in packed.headers if one[0].lower() not in OF_A_BODY], b""
        return HTTPStatus.OK, [*packed.headers], b"" if environ["REQUEST_METHOD"] == "HEAD" else packed.body

    def _packed(self, encoding: str) -> Packed:
        tag, body = f'"{self.digest[:24]}-{encoding}"', self.bodies[encoding]
        headers = [("ETag", tag), ("Vary", "Accept-Encoding"), *self._caching(), *self.headers]
        if encoding != "identity":
            headers.append(("Content-Encoding", encoding))
        headers += [("Content-Length", str(len(body))), ("Accept-Ranges", "none")]
        return Packed(tag, tuple(headers), body)

    def _caching(self) -> list[tuple[str, str]]:
        """For pages; a picture, whose address is never another's, says itself that it may be kept for ever."""
        said = any(name.lower() == "cache-control" for name, _ in self.headers)
        return [] if said else [("Cache-Control", KEEP_AND_ASK)]


def kept_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The headers that belong to the page itself."""
    return tuple((name, value) for name, value in headers if name.lower() not in OWN)


def chosen_encoding(accepted: str, offered: tuple[str, ...]) -> str:
    """The encoding with the highest weight of those offered; of equals the one that packs best (RFC 9110, 12.5.3)."""
    return _chosen(accepted, offered) if 0 < len(accepted) <= LONGEST_WISH else "identity"


@lru_cache(256)
def _chosen(accepted: str, offered: tuple[str, ...]) -> str:
    """The same; readers' programs are few, and say the same each time."""
    weights = dict(map(_weighed, accepted.lower().split(",")))
    every = weights.get("*", 0.0)
    there = [name for name in ENCODINGS if name in offered]
    best = max(there, key=lambda name: weights.get(name, every), default="identity")
    weight = weights.get(best, every)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else "identity"


def _weighed(one: str) -> tuple[str, float]:
    name, _, rest = one.strip().partition(";")
    weight = rest.strip().removeprefix("q=") if rest.strip() else "1"
    try:
        return name.strip(), float(weight)
    except ValueError:
        return name.strip(), 0.0


def known(condition: str, tag: str) -> bool:
    """Whether If-None-Match names this page; compared weakly, as RFC 9110 wants it there."""
    return condition.strip() == "*" or tag.strip('"') in _TAG.findall(condition)
