"""A reviewer on one node and readers on all of them. Runs with the paper's settings (`Paper.shell`)."""

import json
import time
import urllib.request
from collections.abc import Iterable

from django.test import Client

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from broadsheet.discussion.models import Comment
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.pagecache import actions as pagecache
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.campaigns import Pace
from tests.factories import discussion, newsroom

TEXT = "The ferry was sold before the vote"
TIMEOUT = 5.0  # seconds


def create_comment() -> str:
    """Create an article with a published comment, and return its path."""
    article = newsroom.article(title="The ferry is sold")
    discussion.published(article, by=discussion.chief(), text=TEXT)
    return f"/{article.address}/"


def reviewer() -> User:
    """Return the chief reviewer that `create_comment` has created."""
    return User.objects.filter(groups__name=Role.CHIEF_REVIEWER.value).latest("pk")


def toggle() -> None:
    """Remove the comment if it is published, otherwise reinstate it."""
    comment, by = Comment.objects.get(), reviewer()
    revision = discussion.latest(comment)
    if comment.state == CommentState.PUBLISHED:
        review.decide(revision, Outcome.REMOVE, by=by, grounds=Grounds(Reason.OFFENSIVE))
    else:
        review.decide(revision, Outcome.REINSTATE, by=by)


def is_shown(port: int, path: str) -> bool:
    """Return whether a node serves the page with the comment."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT) as response:
        return TEXT in response.read().decode()


def measure(pace: Pace, path: str, ports: Iterable[int]) -> str:
    """Toggle the comment, and request the page from every node once none lags; return the times and the stale pages."""
    ports, seconds, stale = list(ports), list[float](), list[str]()
    while pace.allows(len(seconds)):
        count = len(seconds)
        for port in ports:
            is_shown(port, path)  # which bakes the page on every node
        started_at = time.perf_counter()
        toggle()
        while (lagging := pagecache.lagging_nodes()) and time.perf_counter() < started_at + TIMEOUT:
            time.sleep(0.02)
        seconds.append(time.perf_counter() - started_at)
        expected = Comment.objects.get().state == CommentState.PUBLISHED
        stale += [f"{count}: {port}" for port in ports if is_shown(port, path) is not expected]
        stale += [f"{count}: {node} never confirmed" for node in lagging]
    return json.dumps({"seconds": sorted(seconds), "stale": stale})


def desk() -> str:
    """Return the page of the desk."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(reviewer())
    return client.get("/desk/").content.decode()
