"""Readers and a reviewer whose requests interleave at the worst moment, in a paper with a real database.

Runs inside the paper's own process (`paper.shell`). Each round removes or reinstates a comment by the real actions,
forces one of the interleavings below, and checks afterwards that a request that starts now sees the present state.
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
from broadsheet.bakery.pages import Page
from broadsheet.bakery.store import Store
from broadsheet.discussion.models import Comment
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.pagecache import actions as pagecache
from broadsheet.pagecache.server import Application, Environ, PageServer, StartResponse
from broadsheet.review import actions as review
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import Grounds, Outcome
from tests.campaigns import Pace
from tests.factories import discussion, newsroom
from tests.pagecache.readers import Reader, whole

HOST = "127.0.0.1"
WORDS = "The quay was sold for a song"


@dataclass
class Hooked:
    """Django, with a hook between the rendering of a response and its storing."""

    application: Application
    after_rendering: Callable[[], object] | None = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = whole(self.application(environ, start_response))
        hook, self.after_rendering = self.after_rendering, None
        if hook:
            hook()
        return [body]


class HookedStore(Store):
    """The store, with a hook between the check that a page is not stale and its writing."""

    after_check: Callable[[], object] | None = None
    checks = True

    def put(self, page: Page, *, is_stale: Callable[[], bool]) -> object:  # type: ignore[override]
        def check() -> bool:
            stale = is_stale() and self.checks
            hook, self.after_check = self.after_check, None
            if hook:
                hook()
            return stale

        return super().put(page, is_stale=check)


@dataclass
class Scene:
    """One article, one comment, one reviewer, and a reader of the page server."""

    reader: Reader
    comment: Comment
    path: str
    by: User
    hooked: Hooked
    store: HookedStore
    stale: list[str] = field(default_factory=list)
    unbaked: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def toggle(self) -> None:
        """Removes the comment, or reinstates it; when this returns, the reviewer has had the confirmation."""
        revision = discussion.latest(self.comment)
        if self.is_published():
            review.decide(revision, Outcome.REMOVE, by=self.by, grounds=Grounds(Reason.OFFENSIVE))
        else:
            review.decide(revision, Outcome.REINSTATE, by=self.by)

    def is_published(self) -> bool:
        """Whether readers are to see the comment."""
        return Comment.objects.filter(pk=self.comment.pk, state=CommentState.PUBLISHED).exists()

    def toggle_elsewhere(self) -> threading.Thread:
        """Toggles in another thread, and returns when its transaction has committed and its files are still there."""
        before = Decision.objects.count()
        thread = threading.Thread(target=self._toggle_and_disconnect)
        thread.start()
        while Decision.objects.count() == before:
            time.sleep(0.001)
        return thread

    def _toggle_and_disconnect(self) -> None:
        try:
            self.toggle()
        finally:
            connection.close()

    def _render(self) -> None:
        """Requests a page that is not on the disk, so that the hooks are called."""
        self.store.purge({pagecache.EVERYTHING})
        self.reader.get(self.path)
        assert (self.hooked.after_rendering, self.store.after_check) == (None, None)

    # The interleavings.

    def rendered_before_and_stored_after(self) -> None:
        """The page is rendered; the reviewer decides; the page is stored."""
        self.hooked.after_rendering = self.toggle
        self._render()

    def decided_between_check_and_file(self) -> None:
        """The page is found fresh; the reviewer's transaction commits; the page is written."""
        threads: list[threading.Thread] = []
        self.store.after_check = lambda: threads.append(self.toggle_elsewhere())
        self._render()
        for thread in threads:
            thread.join()

    def two_readers_the_old_one_last(self) -> None:
        """The old page is rendered; the reviewer decides; another request bakes the new page; the old one is stored."""

        def meanwhile() -> None:
            self.toggle()
            second = PageServer(self.hooked.application, store=self.store, is_allowed_host=bool)
            second.uncacheable.add(self.path)  # else it would wait for the first request, which waits for it
            Reader(second, HOST).get(self.path)

        self.hooked.after_rendering = meanwhile
        self._render()

    def baked_and_then_decided(self) -> None:
        """The requests do not interleave."""
        self.reader.get(self.path)
        self.toggle()

    def killed_before_the_files_went(self) -> None:
        """The transaction has committed, and the process was killed before it removed the files."""
        self.reader.get(self.path)
        file = self.reader.files(self.path)[0]
        content = file.read_bytes() if file.exists() else b""
        self.toggle()
        if content:
            file.parent.mkdir(parents=True, exist_ok=True)  # a purge removes folders that it has emptied
            file.write_bytes(content)
        pagecache.catch_up()

    def check(self, way: str) -> None:
        """Checks that a request that starts now sees the present state, from the disk as well as from Django."""
        published = self.is_published()
        for _ in range(2):
            answered = self.reader.get(self.path)
            assert answered.status == HTTPStatus.OK, answered
            if (WORDS in answered.text) != published:
                self.stale.append(way)
        self.unbaked += not self.reader.is_baked(self.path)


INTERLEAVINGS = [
    Scene.rendered_before_and_stored_after,
    Scene.decided_between_check_and_file,
    Scene.two_readers_the_old_one_last,
    Scene.baked_and_then_decided,
    Scene.killed_before_the_files_went,
]


def scene(*, checked: bool = True) -> Scene:
    """An article with one published comment, read on the page of its column."""
    article = newsroom.article(title="The quay is sold")
    by = discussion.chief()
    comment = discussion.published(article, by=by, text=WORDS)
    reader = Reader(host=HOST)
    hooked = reader.server.application = Hooked(reader.server.application)
    store = reader.server.store = HookedStore(reader.server.store.folder)
    store.checks = checked
    reader.server.is_allowed_host = bool
    return Scene(reader, comment, f"/{article.address}/comments/newest/", by, hooked, store)


def keep_connected() -> None:
    """Saves each request a new connection and each commit the wait for the disk: only the order matters here."""
    connection.close()
    connection.settings_dict["CONN_MAX_AGE"] = None
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        options["init_command"] += "PRAGMA synchronous = OFF;"
    else:
        options["options"] = f"{options.get('options', '')} -c synchronous_commit=off"


def run(pace: Pace, *, checked: bool = True, seed: int | None = None) -> str:
    """Runs rounds at a pace, and returns the number of each interleaving, and of the stale pages that were seen."""
    keep_connected()
    chance, stage, rounds = random.Random(seed), scene(checked=checked), 0
    while pace.allows(rounds):
        rounds += 1
        interleave = chance.choice(INTERLEAVINGS)
        stage.counts[interleave.__name__] += 1
        interleave(stage)
        stage.check(interleave.__name__)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(stage.counts.items()))
    result = f"{len(stage.stale)} stale and {stage.unbaked} unbaked in {rounds}"
    return f"{result} ({counts}); stale: {sorted(set(stage.stale))}"
