"""Several people, or one impatient one, do the same thing at the same moment: real processes, a real database."""

import http.client
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from threading import Barrier
from urllib.parse import urlencode

import pytest
from django.core import signing

from tests.command.papers import Paper, serving
from tools.ports import free_port

CROWD = 8
CSRF = "a" * 32
SETTING = """
from django.test import Client
from broadsheet.accounts.states import Role
from tests.factories import accounts, discussion, newsroom
sessions = [accounts.signed_in(Role.REVIEWER).cookies["sessionid"].value for _ in range(2)]
print(discussion.terms().pk, newsroom.article().address, *sessions)
"""


@dataclass
class Crowd:
    """Clients of one served paper."""

    paper: Paper
    port: int
    terms: str
    address: str
    sessions: list[str]

    def post(self, path: str, fields: dict[str, str], *, session: str = "") -> tuple[int, str]:
        """Sends one form on a connection of its own; the status and where it leads to."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if session:
            headers |= {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("POST", path, urlencode(fields), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers["Location"] or ""

    def write(self, text: str) -> tuple[int, str]:
        """Sends the comment form."""
        fields = {"terms": self.terms, "name": "Ida Holm", "email": "ida@post.example", "text": text}
        return self.post(f"/{self.address}/comments/write/", fields)

    def confirmation(self, number: int) -> str:
        """The address in the email."""
        key = (self.paper.folder / "secrets" / "signing-key").read_text().strip()
        token = signing.TimestampSigner(key=key, salt="discussion.confirmation", sep=".").sign(str(number))
        return f"/comments/confirm/{token}/"

    def one(self, statement: str) -> object:
        """One figure from the database."""
        return self.paper.sql(statement)[0][0]


@pytest.fixture
def crowd(paper: Paper) -> Iterator[Crowd]:
    """A paper that is served, with an article, terms and two reviewers."""
    terms, address, *sessions = paper.shell(SETTING).split()
    port = free_port()
    with serving(paper, port=port):
        yield Crowd(paper, port, terms, address, sessions)


def at_once(*acts: Callable[[], tuple[int, str]]) -> list[tuple[int, str]]:
    """Lets all begin together."""
    start = Barrier(len(acts))

    def begin(act: Callable[[], tuple[int, str]]) -> tuple[int, str]:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(begin, acts))


def test_an_impatient_commenter_and_two_reviewers_leave_one_comment_and_one_decision(crowd: Crowd) -> None:
    sent = at_once(*[lambda: crowd.write("I click until something happens.")] * CROWD)
    assert {status for status, _ in sent} == {302}
    assert crowd.one("SELECT count(*) FROM discussion_comment") == 1
    assert crowd.one("SELECT count(*) FROM discussion_revision") == 1
    assert crowd.one("SELECT count(*) FROM mail_email") == 1

    number = int(str(crowd.one("SELECT id FROM discussion_comment")))
    confirmed = at_once(*[lambda: crowd.post(crowd.confirmation(number), {})] * CROWD)
    assert {status for status, _ in confirmed} == {302}
    assert len({receipt for _, receipt in confirmed}) == 1
    assert crowd.one("SELECT state FROM discussion_comment") == "pending"

    revision = str(crowd.one("SELECT latest_id FROM discussion_comment"))
    approve, decline = {"outcome": "approve"}, {"outcome": "decline", "reason": "4"}
    decided = at_once(
        *[
            lambda session=session, sent=sent: crowd.post(
                f"/desk/comments/{number}/decide/", {"revision": revision, **sent}, session=session
            )
            for session, sent in zip(crowd.sessions * 2, [approve, decline, decline, approve], strict=True)
        ]
    )
    assert sorted(status for status, _ in decided) == [302, 409, 409, 409]
    assert crowd.one("SELECT count(*) FROM review_decision") == 1
    outcome = crowd.one("SELECT outcome FROM review_decision")
    state = crowd.one("SELECT state FROM discussion_comment")
    assert (outcome, state) in {("approve", "published"), ("decline", "declined")}
