"""What a reviewer does at one machine, and what readers of the others get. Runs inside the paper (`paper.shell`)."""

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
from tests.factories import discussion, newsroom

WORDS = "The ferry was sold before the vote"
PATIENCE = 5.0  # seconds


def prepare() -> str:
    """One article with one comment under it; returns its address."""
    article = newsroom.article(title="The ferry is sold")
    discussion.published(article, by=discussion.chief(), text=WORDS)
    return f"/{article.address}/"


def chief() -> User:
    """The reviewer."""
    return User.objects.filter(groups__name=Role.CHIEF_REVIEWER.value).latest("pk")


def turn() -> None:
    """Removes the comment, or reinstates it."""
    comment, by = Comment.objects.get(), chief()
    revision = discussion.latest(comment)
    if comment.state == CommentState.PUBLISHED:
        review.decide(revision, Outcome.REMOVE, by=by, grounds=Grounds(Reason.OFFENSIVE))
    else:
        review.decide(revision, Outcome.REINSTATE, by=by)


def shows(port: int, path: str) -> bool:
    """Whether a reader of one machine finds the words."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
        return WORDS in answer.read().decode()


def rounds(number: int, path: str, ports: Iterable[int]) -> str:
    """Turns so often, and asks every machine as soon as nobody is behind; returns seconds, and what was stale."""
    ports, seconds, stale = list(ports), list[float](), list[str]()
    for count in range(number):
        for port in ports:
            shows(port, path)  # so that it lies baked everywhere
        began = time.perf_counter()
        turn()
        late = pagecache.lagging_nodes(PATIENCE)
        seconds.append(time.perf_counter() - began)
        right = Comment.objects.get().state == CommentState.PUBLISHED
        stale += [f"{count}: {port}" for port in ports if shows(port, path) is not right]
        stale += [f"{count}: {node} never confirmed" for node in late]
    return json.dumps({"seconds": sorted(seconds), "stale": stale})


def desk() -> str:
    """What the desk shows."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(chief())
    return client.get("/desk/").content.decode()
