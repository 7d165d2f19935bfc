"""A served paper that counts its renderings, and slows them down; runs inside the paper's own process.

Server, page server, concurrency limit and Django are the real ones, with a counter in between. The page is prepared and
changed by a process of its own, as from the command line.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.core.wsgi import get_wsgi_application

from broadsheet.accounts.models import User
from broadsheet.command import http_server
from broadsheet.config.concurrency_limit import ConcurrencyLimit
from broadsheet.config.health import with_health_checks
from broadsheet.config.page_server import page_server
from broadsheet.config.site import site_of
from broadsheet.config.static_files import with_static_files
from broadsheet.discussion.models import Comment
from broadsheet.discussion.reasons import Reason
from broadsheet.pagecache.server import Application, Environ, StartResponse
from broadsheet.review import actions as review
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import Grounds, Outcome
from tests.factories import discussion, newsroom
from tests.pagecache.readers import whole

REMOVED_WORDS = "The quay was sold for a song"
ADDED_WORDS = "And the crane went with it"


@dataclass
class Counted:
    """Django, with a mark in a file for each rendering that begins, and so many seconds before it ends."""

    application: Application
    marks: Path
    seconds: float

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self.marks.open("a") as file:
            file.write("x")
        body = whole(self.application(environ, start_response))
        time.sleep(self.seconds)
        return [body]


def serve(port: int, marks: str, seconds: float) -> None:
    """Answers by two processes until it is told to end."""
    counted = Counted(ConcurrencyLimit(get_wsgi_application()), Path(marks), seconds)
    static_files = with_static_files(counted)
    pages = page_server(static_files)
    print("Ready", flush=True)
    http_server.serve(site_of(with_health_checks(pages), pages, static_files), "127.0.0.1", port, 2)


def prepare() -> str:
    """An article with two comments, one of them not published yet; returns the path of its column."""
    article = newsroom.article(title="The quay is sold")
    discussion.published(article, by=discussion.chief(), text=REMOVED_WORDS)
    discussion.pending(article, text=ADDED_WORDS)
    return f"/{article.address}/comments/newest/"


def reviewer() -> User:
    """Whoever decided before."""
    by = Decision.objects.latest("pk").by
    assert by is not None
    return by


def remove() -> None:
    """A reviewer removes the published comment."""
    review.decide(
        discussion.latest(Comment.objects.published().get(latest__text=REMOVED_WORDS)),
        Outcome.REMOVE,
        by=reviewer(),
        grounds=Grounds(Reason.OFFENSIVE),
    )


def add() -> None:
    """A reviewer approves the other."""
    review.decide(discussion.latest(Comment.objects.awaiting_review().get()), Outcome.APPROVE, by=reviewer())
