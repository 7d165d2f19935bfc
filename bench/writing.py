"""How fast comments come in, are decided on and are read, on the demo's paper, on both databases.

Every comment is a form sent by somebody with an address of their own, and each of the clients, which run on the same
machine, moves to another network after some comments: so all limits stand, and are in nobody's way. So many comments
without a confirmation are pressure on the paper, and their emails are slowed.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from bench.browsing import Heard, Visitor
from bench.load import percentile
from bench.rows import Row
from bench.serving import Paper, Served, demo_paper, postgres_database, served
from tools import ports

Thing = TypeVar("Thing")

NAME = "writing"
CLIENTS, COMMENTS, LOTS = 8, 500, 3  # of each lot; the middle one counts
OF_A_NETWORK = 50  # comments; the limit is 60 an hour
NETWORKS = ports.addresses()
APPROVED, DECLINED = 100, 40
PATIENCE = 10.0  # seconds until a comment that was approved has to be there
REVIEWER, PASSWORD = "reviewer@brackwater.example", "the tide comes in twice"
APPROVE = {"outcome": "approve"}
DECLINE = {"outcome": "decline", "reason": "1", "explanation": "It says nothing about the article."}
BOUND = ">= 200"  # comments a second, on either database
OURS = "Written for the bench"  # how the text of each begins


@dataclass(frozen=True)
class Stored:
    """A comment as the paper has stored it, and what the link in its email ends with."""

    number: int
    address: str
    text: str
    state: str
    token: str


@dataclass(frozen=True)
class Took:
    """What came of many requests: how many a second, and how long each took, in milliseconds."""

    rate: float
    each: list[float]


def run() -> list[Row]:
    """Measures SQLite, and PostgreSQL where there is one."""
    with demo_paper() as paper:
        rows = list(_measured("SQLite", paper))
    with postgres_database() as address, demo_paper(address) as paper:
        return [*rows, *_measured("PostgreSQL", paper)]


def _measured(database: str, paper: Paper) -> Iterator[Row]:
    addresses = paper.fact("open_articles")
    with served(paper) as running:
        sent = middle([send(running, addresses) for _ in range(LOTS)])
        stored = stored_in(paper)
        assert len(stored) == LOTS * COMMENTS, f"{LOTS * COMMENTS} comments have an answer, {len(stored)} are stored"
        lots = [stored[first : first + COMMENTS] for first in range(0, len(stored), COMMENTS)]
        confirmed = middle([confirm(running, lot) for lot in lots])
        waiting = stored_in(paper)
        assert {one.state for one in waiting} == {"pending"}, "not all comments were confirmed"
        yield from rows_of_readers(database, sent, confirmed)
        reviewer = Visitor(running.port)
        reviewer.sign_in(REVIEWER, PASSWORD)
        approved = [approve(reviewer, Visitor(running.port), one) for one in waiting[:APPROVED]]
        declined = [decide(reviewer, one, DECLINE).took for one in waiting[APPROVED:][:DECLINED]]
    yield from rows_of_the_desk(database, [took for took, _ in approved] + declined, [seen for _, seen in approved])


def send(running: Served, addresses: Sequence[str]) -> Took:
    """Sends the form under the paper's open articles in turn; each answer must lead to the comment's own page."""
    forms = {address: Visitor(running.port).form(f"/{address}/", "text") for address in addresses}
    run = time.time_ns()

    def write(visitor: Visitor, number: int) -> float:
        if visitor.sent % OF_A_NETWORK == 0:
            visitor.move_to(next(NETWORKS))
        visitor.sent += 1
        address = addresses[number % len(addresses)]
        person = {"name": "Ida Holm", "email": f"reader{run}-{number}@post.example"}
        text = f"{OURS}, as the {number}th comment of {run}: the dredger was back before anybody asked."
        heard = visitor.post(f"/{address}/comments/write/", {**forms[address], **person, "text": text})
        assert heard.location.startswith("/comments/waiting/"), heard
        return heard.took

    return many(write, range(COMMENTS), port=running.port)


def confirm(running: Served, stored: Sequence[Stored]) -> Took:
    """Sends what the page behind each email's link sends, and opens the receipt, which must have the words."""

    def receipt(visitor: Visitor, one: Stored) -> float:
        heard = visitor.post(f"/comments/confirm/{one.token}/", {})
        seen = visitor.get(heard.location)
        assert one.text in seen.body, heard
        return heard.took + seen.took

    return many(receipt, stored, port=running.port)


def many(act: Callable[[Visitor, Thing], float], things: Sequence[Thing], *, port: int) -> Took:
    """Acts on all things, by several clients at once, each on a connection that it keeps."""
    own = threading.local()

    def begin() -> None:
        own.visitor = Visitor(port)

    with ThreadPoolExecutor(CLIENTS, initializer=begin) as clients:
        began = time.monotonic()
        each = list(clients.map(lambda thing: act(own.visitor, thing), things))
    return Took(len(each) / (time.monotonic() - began), each)


def middle(lots: Sequence[Took]) -> Took:
    """The lot with the middle rate."""
    return sorted(lots, key=attrgetter("rate"))[len(lots) // 2]


def stored_in(paper: Paper) -> list[Stored]:
    """The comments of this bench, as the database has them."""
    return [Stored(*row) for row in paper.fact("comments_written", OURS)]


def decide(reviewer: Visitor, one: Stored, decision: dict[str, str]) -> Heard:
    """Opens a comment at the desk and sends the decision; what is timed is the latter."""
    form = reviewer.form(f"/desk/comments/{one.number}/", "revision")
    heard = reviewer.post(f"/desk/comments/{one.number}/decide/", {**form, **decision})
    assert heard.status == 302, heard.body[-2000:]
    return heard


def approve(reviewer: Visitor, reader: Visitor, one: Stored) -> tuple[float, float]:
    """Approves; how long the answer took, and how long until a reader has the words from the article's own page."""
    page = f"/{one.address}/comments/newest/"
    assert one.text not in reader.get(page).body
    form = reviewer.form(f"/desk/comments/{one.number}/", "revision")
    began = time.perf_counter()
    heard = reviewer.post(f"/desk/comments/{one.number}/decide/", {**form, **APPROVE})
    while one.text not in reader.get(page).body:
        assert time.perf_counter() < began + PATIENCE, f"comment {one.number} is approved and not to be seen"
    return heard.took, (time.perf_counter() - began) * 1000


def rows_of_readers(database: str, sent: Took, confirmed: Took) -> Iterator[Row]:
    """The figures of those who write."""
    whole = 1 / (1 / sent.rate + 1 / confirmed.rate)
    hour = f"{sent.rate * 3600:,.0f} an hour, each safe on the disk before it is answered"
    yield Row(f"{database}: comments stored, {CLIENTS} at once", sent.rate, "/s", BOUND, hour)
    yield Row("… the answer comes, 99 of 100", percentile(sent.each, 99), "ms", "<= 150", "a writer hardly waits")
    yield Row("… confirmed by link, and receipt read", confirmed.rate, "/s", meaning="both requests together")
    yield Row("… the whole way, from form to receipt", whole, "/s", meaning="three requests for each comment")


def rows_of_the_desk(database: str, decisions: Sequence[float], seen: Sequence[float]) -> Iterator[Row]:
    """The figures of those who review."""
    yield Row(f"{database}: a decision at the desk, half", percentile(decisions, 50), "ms", meaning="the usual wait")
    yield Row("… 99 of 100", percentile(decisions, 99), "ms", "<= 50", "no reviewer ever waits for the machine")
    yield Row("… approved until read by a reader, half", percentile(seen, 50), "ms", meaning="baked anew in between")
    yield Row("… 99 of 100", percentile(seen, 99), "ms", "<= 200", "what is approved is there with the next click")
