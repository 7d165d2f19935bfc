"""The front: a WSGI application before Django that answers with baked pages, and bakes what is not baked yet."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from http import HTTPMethod, HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl

from django.db import Error

from broadsheet.pagecache.answers import Answer, kept_headers
from broadsheet.pagecache.edge import Edge, edge
from broadsheet.pagecache.memory import Memory, Passing, identity_of
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.pages import LONGEST_PATH, Page, digest_of
from broadsheet.pagecache.store import Store
from broadsheet.pagecache.surrogates import EVERYTHING, Surrogates, collected
from broadsheet.pagecache.turns import Turn

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]

LARGEST = 8 * 1024 * 1024  # bytes; what is larger is passed on as it comes
A_MOMENT = 0.25  # seconds to wait for somebody else's rendering before the previous version will do
READING = frozenset({"GET", "HEAD"})
REMEMBERED = 4096  # paths whose files are not worked out anew each time
PRIVATE = ("no-store", "private", "no-cache")
NOTHING = Edge()


@dataclass
class _Said:
    """What the application said before its body."""

    status: str = ""
    headers: Headers = field(default_factory=list)

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        self.status, self.headers = status, headers
        return _no_write

    @property
    def has_failed(self) -> bool:
        """Whether the application could not answer."""
        return self.status.startswith("5")

    def header(self, name: str) -> str:
        """All values of one header."""
        return ", ".join(value for own, value in self.headers if own.lower() == name)


def _no_write(body: bytes) -> None:
    raise NotImplementedError("the write() of PEP 3333 is not offered: the body is what the application returns")


class PageServer:
    """Answers GET and HEAD from the store; hands everything else on.

    `is_ours` says whether a Host header names the paper. Behind `private` prefixes nothing is ever baked. A page that
    may be baked does not depend on a query; the parameters in `questions` are for the application, whatever is baked.
    `added` are headers of every baked answer that are the same whoever asked first, and how.
    """

    def __init__(
        self,
        application: Application,
        *,
        store: Store,
        is_ours: Callable[[str], bool],
        private: Collection[str] = (),
        questions: Collection[str] = (),
        added: Collection[tuple[str, str]] = (),
    ) -> None:
        self.application = application
        self.store = store
        self.files_of = lru_cache(REMEMBERED)(store.files.of)
        self.is_ours = is_ours
        self.private = tuple(private)
        self.questions = frozenset(questions)
        self.added = tuple(added)
        self.edge = edge()
        self.memory = Memory()
        self.passing = Passing()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = self._public_path(environ)
        if not path:
            return self.application(environ, start_response)
        answer = self._read_any(self.files_of(path))
        if answer is not None:
            return self._send(answer, environ, start_response)
        if environ["REQUEST_METHOD"] != HTTPMethod.GET:
            return self.application(environ, start_response)
        return self._in_turn(path, environ, start_response)

    def _public_path(self, environ: Environ) -> str:
        """The path that is asked for, or nothing where the request is none for a page that could be baked."""
        if environ["REQUEST_METHOD"] not in READING:
            return ""
        try:
            path = str(environ["PATH_INFO"]).encode("latin-1").decode()
        except UnicodeError:
            return ""
        if len(path) > LONGEST_PATH or path.startswith(self.private):
            return ""
        if self._is_question(environ.get("QUERY_STRING", "")):
            return ""
        return path if self.files_of(path) and self.is_ours(environ.get("HTTP_HOST", "")) else ""

    def _is_question(self, query: str) -> bool:
        return bool(query) and any(name in self.questions for name, _ in parse_qsl(query, keep_blank_values=True))

    # Answering from the disk.

    def _read_any(self, files: Iterable[Path]) -> Answer | None:
        return next((answer for answer in self._lying(files) if answer.is_right_at(time.time())), None)

    def _lying(self, files: Iterable[Path]) -> Iterator[Answer]:
        for file in files:
            identity = identity_of(file)
            answer = identity and (self.memory.get(str(file), identity) or self._read(file))
            if answer:
                yield answer

    def _read(self, file: Path) -> Answer | None:
        """Takes a page into memory; a damaged one, and one that changes meanwhile, is as good as none."""
        identity, found = identity_of(file), self.store.find(file)
        if identity is None or found is None:
            return None
        try:
            bodies = found.bodies()
        except OSError as error:
            logger.warning("A baked page cannot be read (%s); it is rendered instead.", error)
            return None
        if bodies is None or identity_of(file) != identity:
            return None
        noted = found.noted
        answer = Answer(noted.headers, noted.digests["identity"], bodies, noted.made, noted.until)
        self.memory.put(str(file), identity, answer)
        return answer

    # Baking.

    def _in_turn(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Renders a page once when many ask for it at the same moment; the others get what the first has baked.

        If that takes longer than a moment, they get the version before, where nothing was removed since.
        """
        if self.passing.has(path):
            return self._bake(path, environ, start_response)
        with self.store.turn(path, A_MOMENT) as turn:
            if turn != Turn.IN_VAIN:
                return self._answer(turn, path, environ, start_response)
            previous = self._read_any(self.store.files.previous_of(path))
            if previous is not None:
                return self._send(previous, environ, start_response, in_front=NOTHING)
        with self.store.turn(path) as turn:
            return self._answer(turn, path, environ, start_response)

    def _answer(self, turn: Turn, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = None if turn == Turn.FIRST else self._read_any(self.store.files.of(path))
        if answer is not None:
            return self._send(answer, environ, start_response)
        return self._bake(path, environ, start_response)

    def _bake(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Lets the application answer, and keeps the answer if it is the same for everybody and has not gone stale."""
        said = _Said()
        with collected() as surrogates:
            answered = self.application(environ, said)
            if not _is_bakeable(said, surrogates):
                return self._pass_on(answered, said, path, environ, start_response)
            with _closing(answered):
                page = self._page(path, said, b"".join(answered), surrogates)
                self._keep(page, surrogates)
        answer = self._read_any(self.store.files.of(path))
        if answer is not None:
            return self._send(answer, environ, start_response)
        return self._send(_unkept(page), environ, start_response, in_front=NOTHING)

    def _pass_on(
        self, answered: Iterable[bytes], said: _Said, path: str, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Gives an answer that is not kept; where the application has none, what was right a while ago is better."""
        self.passing.note(path)
        last = self._last_of(path) if said.has_failed else None
        if last is None:
            start_response(said.status, said.headers)
            return answered
        with _closing(answered):
            return self._send(last, environ, start_response, in_front=NOTHING)

    def _last_of(self, path: str) -> Answer | None:
        """A page whose time is over, or that was set aside to be renewed: nothing was removed from either."""
        return next(self._lying([*self.store.files.of(path), *self.store.files.previous_of(path)]), None)

    def _send(
        self, answer: Answer, environ: Environ, start_response: StartResponse, *, in_front: Edge | None = None
    ) -> Iterable[bytes]:
        """What stands in front may keep a page that lies here, and no other: that one alone is purged."""
        status, headers, body = answer.to(environ)
        allowed = (in_front or self.edge).allowed(headers, answer.until)
        start_response(f"{status.value} {status.phrase}", [*allowed, *self.added])
        return [body] if body else []

    def _page(self, path: str, said: _Said, body: bytes, surrogates: Surrogates) -> Page:
        page = _page(path, said, body, surrogates)
        return replace(page, headers=page.headers + self.edge.named(page.keys))

    def _keep(self, page: Page, surrogates: Surrogates) -> None:
        """Keeps the page; one that went stale meanwhile, or has no place on the disk, is only answered."""

        def went_stale() -> bool:
            since, now = surrogates.since, Purge.objects.position()
            return since is None or not page.keys.isdisjoint(Purge.objects.keys_between(since, now))

        try:
            self.store.keep(page, unless=went_stale)
        except (OSError, Error) as error:
            logger.warning("%s could not be baked (%s); it is rendered each time.", page.path, error)


def _is_bakeable(said: _Said, surrogates: Surrogates) -> bool:
    """Whether everybody would get the same answer: a view says so, and nothing in the answer speaks against it."""
    if not said.status.startswith(str(HTTPStatus.OK.value)) or not surrogates.for_everybody:
        return False
    caching, varied = said.header("cache-control").lower(), said.header("vary").lower()
    if said.header("set-cookie") or "cookie" in varied or any(word in caching for word in PRIVATE):
        return False
    return int(said.header("content-length") or 0) <= LARGEST


def _page(path: str, said: _Said, body: bytes, surrogates: Surrogates) -> Page:
    until = surrogates.until.timestamp() if surrogates.until else None
    lasting = said.header("cache-control")
    headers = kept_headers(said.headers) + ((("Cache-Control", lasting),) if "immutable" in lasting else ())
    return Page(path, body, headers, frozenset({EVERYTHING, *surrogates.keys}), until=until)


def _unkept(page: Page) -> Answer:
    return Answer(page.headers, digest_of(page.body), {"identity": page.body})


def _closing(answered: Iterable[bytes]) -> AbstractContextManager[object]:
    """Closes what the application returned, as PEP 3333 asks for."""
    return closing(cast("Any", answered)) if hasattr(answered, "close") else nullcontext()
