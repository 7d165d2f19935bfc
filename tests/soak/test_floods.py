"""A flood from one network and from a thousand: honest comments get in, the desk is usable, mailboxes are spared.

Everything goes through the forms of a served paper, from as many networks of this machine, within the limits.
"""

import http.client
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

import pytest

from tests.campaigns import pace
from tests.command.links import Links
from tests.command.papers import Paper, serving
from tools.ports import address_in, free_port

WRITERS, VICTIMS, ABOUT = 4, 40, 50  # ABOUT so many comments of the flood, an honest reader writes another
HONEST = 50_000  # the networks of honest readers come after this
QUIET = 5  # requests
SLOWER_AFTERWARDS, SLOWER_MEANWHILE = 3, 25  # the desk, compared with a quiet paper; two cores do everything here
SETTING = """
from broadsheet.accounts.states import Role
from tests.factories import accounts, discussion, newsroom
session = accounts.signed_in(Role.REVIEWER).cookies["sessionid"].value
print(discussion.terms().pk, newsroom.article().address, newsroom.article().address, session)
"""
# Whatever could ever leave, leaves at once; the most that a mailbox gets, and how many are sent and withheld in all.
DELIVER = """
from collections import Counter
from django.conf import settings
from django.core import mail
from django.utils import timezone
from broadsheet.limits.keys import mailbox_of
from broadsheet.mail.delivery import deliver_due
from broadsheet.mail.models import Email
settings.EMAIL_BACKEND, mail.outbox = "django.core.mail.backends.locmem.EmailBackend", []
Email.objects.filter(state="queued").update(next_attempt_at=timezone.now())
deliver_due()
got = Counter(mailbox_of(email.to[0]) for email in mail.outbox)
print(max(got.values()), len(mail.outbox), Email.objects.filter(state="withheld").count())
"""


@dataclass
class Flood:
    """The writers of a flood, and what they were told."""

    port: int
    terms: str
    articles: list[str]
    networks: int
    numbers: "count[int]" = field(default_factory=count)
    told: "Counter[int]" = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    def write_on(self) -> None:
        """Writes without a pause."""
        while not self.stop.is_set():
            number = next(self.numbers)
            mailbox = number % VICTIMS
            name = ("victim", "VICTIM", "v.ictim", "victim")[number % 4]
            tag = f"+{number}" if number % 4 == 3 else ""
            status, _ = self.comment(
                f"{name}{mailbox}{tag}@post.example", f"Flood {number}.", address_in(number % self.networks)
            )
            self.told[status] += 1

    def comment(self, email: str, text: str, address: str) -> tuple[int, str]:
        """Sends the form; returns the status and the address that it leads to."""
        article = self.articles[len(text) % len(self.articles)]
        fields = {"terms": self.terms, "name": "Ida Holm", "email": email, "text": text}
        return self.ask("POST", f"/{article}/comments/write/", address, urlencode(fields))[:2]

    def ask(
        self, method: str, path: str, address: str = "127.0.0.1", body: str = "", session: str = ""
    ) -> tuple[int, str, str]:
        """One request on a connection of its own: its status, where it leads to, and the page."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(address, 0))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"sessionid={session}"}
        with closing(line) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers["Location"] or "", answer.read().decode()

    def desk(self, session: str) -> float:
        """How long the desk takes to show its queue, in seconds."""
        began = time.monotonic()
        status, _, page = self.ask("GET", "/desk/", session=session)
        assert status == http.HTTPStatus.OK, status
        assert "Flood" not in page
        return time.monotonic() - began


def honest_comments(flood: Flood, links: Links) -> Iterator[str]:
    """Readers of other networks, each with one comment, which is confirmed by the link."""
    for number in count():
        address, text = address_in(HONEST + number), f"I was there, honestly, for the {number}th time."
        status, waiting = flood.comment(f"reader{number}@honest.example", text, address)
        assert status == http.HTTPStatus.FOUND, f"an honest comment was answered with {status}"
        status, receipt, _ = flood.ask("POST", links.confirmation(links.number_in(waiting)), address)
        assert (status, receipt.startswith("/receipts/")) == (http.HTTPStatus.FOUND, True)
        yield text


@pytest.mark.campaign
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("networks", [1, 1_000])
def test_honest_comments_get_in_through_a_flood_and_no_mailbox_is_filled(networks: int, paper: Paper) -> None:
    terms, *articles, session = paper.shell(SETTING).split()
    flood = Flood(free_port(), terms, articles, networks)
    with serving(paper, port=flood.port):
        honest = honest_comments(flood, Links(paper.folder))
        texts = [next(honest)]
        quiet = statistics.median(flood.desk(session) for _ in range(QUIET))
        threads = [threading.Thread(target=flood.write_on, daemon=True) for _ in range(WRITERS)]
        going, meanwhile, began = pace("floods", full=100_000), [], time.monotonic()
        for thread in threads:
            thread.start()
        while going.allows(written := sum(flood.told.values())):
            meanwhile.append(flood.desk(session))
            texts.append(next(honest))
            while sum(flood.told.values()) < written + ABOUT:
                time.sleep(0.01)
        flood.stop.set()
        for thread in threads:
            thread.join()
        minutes = (time.monotonic() - began) / 60
        afterwards = statistics.median(flood.desk(session) for _ in range(QUIET))
    most, sent, withheld = map(int, paper.shell(DELIVER, timeout=1800).splitlines()[-1].split())
    during = statistics.median(meanwhile)
    print(f"{dict(flood.told)} from {networks} networks, {len(texts)} honest; {sent} emails, {withheld} withheld")
    print(f"desk: {quiet * 1000:.0f} ms quiet, {during * 1000:.0f} meanwhile, {afterwards * 1000:.0f} after")
    assert set(flood.told) <= {302, 429}
    assert flood.told[302] <= networks * (61 + minutes)  # at once, and then one a minute
    stored = {str(text) for (text,) in paper.sql("SELECT text FROM discussion_revision")}
    waiting = paper.sql("SELECT count(*) FROM discussion_comment WHERE state = 'pending'")[0][0]
    assert stored >= set(texts)
    assert waiting == len(texts)
    assert most <= 3
    assert during <= SLOWER_MEANWHILE * quiet
    assert afterwards <= SLOWER_AFTERWARDS * quiet
