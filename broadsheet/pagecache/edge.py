"""The caches in front of the paper: what a page says to them, and how they are told that it is stale.

Knows headers and calls, not what they have been told already. Why they are spoken to in this way: ADR 19.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache

from broadsheet.pagecache.errors import NotTold

LONGEST = 7000  # bytes of one header: Varnish takes 8 KB, the others 16
MOST = 100  # keys in one call
DAY = 86_400  # seconds
MINUTE = 60
ON_ITS_WAY = 15.0  # seconds after which no answer can arrive in front that left before a page was removed


@dataclass(frozen=True)
class Edge:
    """What stands in front: here nothing that keeps pages without asking."""

    keeps: bool = False
    by_address: bool = False
    settled_after: float = 0.0  # seconds from a removal until nothing in front can show what was removed

    def named(self, keys: Collection[str]) -> tuple[tuple[str, str], ...]:
        """The headers that belong to a page with these keys."""
        del keys
        return ()

    def allowed(self, headers: list[tuple[str, str]], until: float | None) -> list[tuple[str, str]]:
        """The headers of a baked page that is right until then, with the leave to keep it in front for a while."""
        del until
        return headers

    def tell(self, keys: Collection[str], *, patience: float) -> None:
        """Says that everything with these keys is stale; raises NotTold where somebody did not hear it in time."""

    def tell_paths(self, paths: Iterable[str]) -> None:
        """Says that the pages at these paths are stale, where `by_address` is how it is said."""


@dataclass(frozen=True)
class Dialect:
    """How caches that know keys are spoken to."""

    header: str  # names a page's keys
    between: str  # stands between two of them
    lasting: str  # the header that says, to this cache alone, how long it may keep a page
    call: Callable[[str, Sequence[str], str], Request]


def _by_header(address: str, keys: Sequence[str], token: str) -> Request:
    del token
    headers = {"xkey-purge": " ".join(keys)}
    return Request(address, headers=headers, method="PURGE")  # noqa: S310 - the options take http addresses only


def _by_list(address: str, keys: Sequence[str], token: str, *, name: str, sealed: str) -> Request:
    key, _, value = sealed.partition(": ")
    headers = {"Content-Type": "application/json", "Accept": "application/json", key: value.format(token)}
    listed = json.dumps({name: list(keys)}).encode()
    return Request(address, listed, headers, method="POST")  # noqa: S310 - the options take http addresses only


_fastly = partial(_by_list, name="surrogate_keys", sealed="Fastly-Key: {}")
_cloudflare = partial(_by_list, name="tags", sealed="Authorization: Bearer {}")
DIALECTS = {
    dialect.header: dialect
    for dialect in (
        Dialect("xkey", " ", "Surrogate-Control", _by_header),
        Dialect("Surrogate-Key", " ", "Surrogate-Control", _fastly),
        Dialect("Cache-Tag", ",", "CDN-Cache-Control", _cloudflare),
    )
}


@dataclass(frozen=True)
class ByKey(Edge):
    """Caches that find pages by their keys: a purge reaches whatever they have, at any address."""

    keeps: bool = True
    settled_after: float = ON_ITS_WAY
    dialect: Dialect = DIALECTS["xkey"]
    addresses: tuple[str, ...] = ()
    token: str = ""

    def named(self, keys: Collection[str]) -> tuple[tuple[str, str], ...]:
        """A page with so many keys that they do not fit is not kept in front: a part of them would be worse."""
        names = self.dialect.between.join(sorted(keys))
        return ((self.dialect.header, names),) if len(names.encode()) <= LONGEST else ()

    def allowed(self, headers: list[tuple[str, str]], until: float | None) -> list[tuple[str, str]]:
        """Readers' programs still ask each time."""
        lasting = _lasting(DAY, until)
        if lasting < 1 or all(name != self.dialect.header for name, _ in headers):
            return headers
        return [*headers, (self.dialect.lasting, f"max-age={lasting}")]

    def tell(self, keys: Collection[str], *, patience: float) -> None:
        """Tells all of them, also when one does not answer."""
        failed: list[str] = []
        names = sorted(keys)
        for address in self.addresses:
            try:
                for first in range(0, len(names), MOST):
                    _call(self.dialect.call(address, names[first : first + MOST], self.token), patience)
            except (OSError, HTTPException, ValueError) as error:
                failed.append(f"{address}: {error}")
        if failed:
            raise NotTold("; ".join(failed))


@dataclass(frozen=True)
class ByAddress(Edge):
    """Caches that know addresses only: nobody has a list of those, so a page is kept for a minute at most."""

    keeps: bool = True
    by_address: bool = True
    settled_after: float = MINUTE + ON_ITS_WAY
    bases: tuple[str, ...] = ()

    def allowed(self, headers: list[tuple[str, str]], until: float | None) -> list[tuple[str, str]]:
        """Says it in Cache-Control, which every shared cache understands and no reader's program."""
        lasting = _lasting(MINUTE, until)
        return [(name, f"{value}, s-maxage={lasting}" if name == "Cache-Control" else value) for name, value in headers]

    def tell_paths(self, paths: Iterable[str]) -> None:
        """Leaves it to Wagtail's back ends, in a task: they set no limit of time, and the worker a long one."""
        if urls := [f"{base}{quote(path)}" for base in self.bases for path in paths]:
            purge_urls_from_cache(urls)


def edge() -> Edge:
    """What the operator says stands in front."""
    if settings.SURROGATE_HEADER:
        dialect = DIALECTS[settings.SURROGATE_HEADER]
        return ByKey(dialect=dialect, addresses=tuple(settings.PURGE_ADDRESSES), token=settings.PURGE_TOKEN)
    if settings.WAGTAILFRONTENDCACHE:
        return ByAddress(bases=(settings.BASE_URL,))
    return Edge()


def _lasting(longest: int, until: float | None) -> int:
    return longest if until is None else max(0, min(longest, int(until - time.time())))


class _NowhereElse(HTTPRedirectHandler):
    """A purge that is sent on to another address has not been heard."""

    def redirect_request(self, *_: object) -> None:
        return None


_opener = build_opener(_NowhereElse)


def _call(request: Request, patience: float) -> None:
    """Raises OSError, HTTPException or ValueError unless the answer says that it is done."""
    with _opener.open(request, timeout=patience) as answer:
        said = json.loads(answer.read()) if answer.headers.get_content_type() == "application/json" else {}
    if isinstance(said, dict) and not said.get("success", True):
        raise ValueError("it answers that it did not do it")
