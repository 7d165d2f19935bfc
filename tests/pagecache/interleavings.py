"""Readers and a reviewer who meet at the worst moment, again and again, in a paper with a real database.

Runs inside the paper's own process (`paper.shell`). Each round turns one comment's fate by the real actions, forces the
two to meet in one of the ways below, and asks afterwards whether a request that starts now sees what is so now.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

from django.db import connection

from broadsheet.accounts.models import User
from broadsheet.discussion.models import Comment
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.pagecache import actions as pagecache
from broadsheet.pagecache.pages import Page
from broadsheet.pagecache.server import Application, Environ, PageServer, StartResponse
from broadsheet.pagecache.store import Store
from broadsheet.review import actions as review
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import Grounds, Outcome
from tests.factories import discussion, newsroom
from tests.pagecache.readers import Reader, whole

HOST = "127.0.0.1"
WORDS = "The quay was sold for a song"


@dataclass
class Hooked:
    """Django, and what is to happen when it has computed an answer that is not stored yet."""

    application: Application
    then: Callable[[], object] | None = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = whole(self.application(environ, start_response))
        then, self.then = self.then, None
        if then:
            then()
        return [body]


class HookedStore(Store):
    """The disk, and what is to happen when a page was found fresh and is not written yet."""

    then: Callable[[], object] | None = None
    checks = True

    def keep(self, page: Page, *, unless: Callable[[], bool]) -> object:  # type: ignore[override]
        def asked() -> bool:
            stale = unless() and self.checks
            then, self.then = self.then, None
            if then:
                then()
            return stale

        return super().keep(page, unless=asked)


@dataclass
class Meetings:
    """One article, one comment, one reviewer, and a reader before the front."""

    reader: Reader
    comment: Comment
    path: str
    by: User
    hooked: Hooked
    store: HookedStore
    stale: list[str] = field(default_factory=list)
    unbaked: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def turn(self) -> None:
        """Removes the comment, or reinstates it; when this returns, the reviewer has been told."""
        revision = discussion.latest(self.comment)
        if self.is_published():
            review.decide(revision, Outcome.REMOVE, by=self.by, grounds=Grounds(Reason.OFFENSIVE))
        else:
            review.decide(revision, Outcome.REINSTATE, by=self.by)

    def is_published(self) -> bool:
        """Whether readers are to see the comment."""
        return Comment.objects.filter(pk=self.comment.pk, state=CommentState.PUBLISHED).exists()

    def turn_elsewhere(self) -> threading.Thread:
        """The same in another thread, up to where its transaction has committed and its files are to go."""
        before = Decision.objects.count()
        thread = threading.Thread(target=self._turn_and_leave)
        thread.start()
        while Decision.objects.count() == before:
            time.sleep(0.001)
        return thread

    def _turn_and_leave(self) -> None:
        try:
            self.turn()
        finally:
            connection.close()

    def _render(self) -> None:
        """Asks for a page that is not on the disk, so that what is to happen meanwhile does."""
        self.store.remove({pagecache.EVERYTHING})
        self.reader.get(self.path)
        assert (self.hooked.then, self.store.then) == (None, None)

    # The ways in which they meet.

    def rendered_before_and_stored_after(self) -> None:
        """The page is computed; the reviewer decides; the page comes to be stored."""
        self.hooked.then = self.turn
        self._render()

    def decided_between_check_and_file(self) -> None:
        """The page was found fresh; the reviewer's transaction commits; the page is written."""
        threads: list[threading.Thread] = []
        self.store.then = lambda: threads.append(self.turn_elsewhere())
        self._render()
        for thread in threads:
            thread.join()

    def two_readers_the_old_one_last(self) -> None:
        """One has computed the old page; the reviewer decides; another bakes the new page; the first comes to store."""

        def meanwhile() -> None:
            self.turn()
            second = PageServer(self.hooked.application, store=self.store, is_ours=bool)
            second.passing.note(self.path)  # else it would wait for the turn of the first, which waits for it
            Reader(second, HOST).get(self.path)

        self.hooked.then = meanwhile
        self._render()

    def baked_and_then_decided(self) -> None:
        """Nobody meets."""
        self.reader.get(self.path)
        self.turn()

    def killed_before_the_files_went(self) -> None:
        """The transaction has committed, and the process that should have removed the files is no more."""
        self.reader.get(self.path)
        file = self.reader.files(self.path)[0]
        kept = file.read_bytes() if file.exists() else b""
        self.turn()
        if kept:
            file.write_bytes(kept)
        pagecache.catch_up()

    def look(self, way: str) -> None:
        """A request that starts now sees what is so now, from the disk as well as from Django."""
        published = self.is_published()
        for _ in range(2):
            answered = self.reader.get(self.path)
            assert answered.status == HTTPStatus.OK, answered
            if (WORDS in answered.text) != published:
                self.stale.append(way)
        self.unbaked += not self.reader.is_baked(self.path)


WAYS = [
    Meetings.rendered_before_and_stored_after,
    Meetings.decided_between_check_and_file,
    Meetings.two_readers_the_old_one_last,
    Meetings.baked_and_then_decided,
    Meetings.killed_before_the_files_went,
]


def meetings(*, checked: bool = True) -> Meetings:
    """A paper's article with one published comment, read by the column's own page."""
    article = newsroom.article(title="The quay is sold")
    by = discussion.chief()
    comment = discussion.published(article, by=by, text=WORDS)
    reader = Reader(host=HOST)
    hooked = reader.front.application = Hooked(reader.front.application)
    store = reader.front.store = HookedStore(reader.front.store.folder)
    store.checks = checked
    reader.front.is_ours = bool
    return Meetings(reader, comment, f"/{article.address}/comments/newest/", by, hooked, store)


def keep_connected() -> None:
    """Spares each request a new connection, and each commit the wait for the disk: only the order matters here."""
    connection.close()
    connection.settings_dict["CONN_MAX_AGE"] = None
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        options["init_command"] += "PRAGMA synchronous = OFF;"
    else:
        options["options"] = f"{options.get('options', '')} -c synchronous_commit=off"


def run(rounds: int, *, checked: bool = True, seed: int | None = None) -> str:
    """Lets them meet so often, and tells how often in which way, and how often somebody saw what was no longer so."""
    keep_connected()
    chance, met = random.Random(seed), meetings(checked=checked)
    for _ in range(rounds):
        way = chance.choice(WAYS)
        met.counts[way.__name__] += 1
        way(met)
        met.look(way.__name__)
    told = ", ".join(f"{count} {name}" for name, count in sorted(met.counts.items()))
    counted = f"{len(met.stale)} stale and {met.unbaked} unbaked in {rounds}"
    return f"{counted} ({told}); stale: {sorted(set(met.stale))}"
