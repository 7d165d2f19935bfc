"""Emails on their way to a mail server that really listens, refuses, hangs up and goes away."""

import asyncio
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from broadsheet.mail import actions, delivery
from broadsheet.mail.models import MAX_ATTEMPTS, Email
from broadsheet.mail.states import EmailState
from tests.threads import connected
from tools.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

REFUSED, HUNG_UP_ON = "nobody@post.example", "abrupt@post.example"


class PostOffice:
    """What the mail server does with what it is told; counts who comes in."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.visits = 0

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Somebody comes in."""
        self.visits += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient is refused, and the connection is cut at another."""
        if address == REFUSED:
            return f"550 no such user here: {address}"
        if address == HUNG_UP_ON:
            cast("asyncio.Transport", server.transport).abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Everything else is taken."""
        self.taken.append(envelope)
        return "250 taken"

    @property
    def recipients(self) -> list[str]:
        """For whom something was taken, in order."""
        return [address for envelope in self.taken for address in envelope.rcpt_tos]


@pytest.fixture(autouse=True)
def _port(settings: Any) -> None:
    """Where the paper thinks the server is."""
    port = free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_USE_TLS = False


@pytest.fixture(autouse=True)
def _emails_are_delivered() -> None:
    """Not here: each test says when."""


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    """A server that is there."""
    there = PostOffice()
    controller = Controller(there, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    there.visits = 0  # the controller has looked whether it answers
    yield there
    controller.stop()


def email(to: str = "ida@post.example", **given: Any) -> Email:
    return actions.send(purpose="test", to=to, **{"subject": "Your comment", "text": "It stands.", **given})


def fates() -> list[tuple[str, int, str]]:
    return list(Email.objects.order_by("pk").values_list("state", "attempts", "failure"))


def test_an_email_is_handed_over_whole_and_then_forgotten(office: PostOffice, settings: Any) -> None:
    email(subject="Your comment on\r\nBcc: all@post.example", text="Grüße aus Ærø.\n.\nThis is below a lone dot.")
    delivery.deliver_due()
    (envelope,) = office.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (settings.MAIL_FROM, ["ida@post.example"])
    head, _, body = cast("bytes", envelope.content).decode().partition("\r\n\r\n")
    assert "Subject: Your comment on Bcc: all@post.example" in head
    assert "\nBcc:" not in head
    assert body.strip() == "Grüße aus Ærø.\r\n.\r\nThis is below a lone dot."
    kept = Email.objects.get()
    assert (kept.state, kept.recipient, kept.subject, kept.text) == (EmailState.SENT, None, None, None)
    assert kept.sent_at


def test_many_emails_share_one_connection_and_cost_one_commit_each(office: PostOffice) -> None:
    for number in range(20):
        email(f"reader{number}@post.example")
    with CaptureQueriesContext(connection) as asked:
        delivery.deliver_due()
    assert (len(office.taken), office.visits) == (20, 1)
    assert sum(query["sql"] == "COMMIT" for query in asked) == 21


def test_where_the_server_is_away_each_email_is_counted_once_and_due_again_in_a_minute(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", settings.EMAIL_PORT)) as deaf:  # accepts, and says nothing
        settings.EMAIL_TIMEOUT = 0.5
        for number in range(50):
            email(f"reader{number}@post.example")
        delivery.deliver_due()
        deaf.settimeout(0)
        deaf.accept()[0].close()
        with pytest.raises(BlockingIOError):
            deaf.accept()  # it was asked once, not fifty times
    assert fates() == [(EmailState.QUEUED, 1, "SMTPServerDisconnected")] * 50
    assert not Email.objects.due().exists()
    assert Email.objects.first().recipient == "reader0@post.example"  # type: ignore[union-attr]


def test_when_the_server_is_back_all_arrives(settings: Any) -> None:
    email()
    with time_machine.travel(timezone.now(), tick=True) as now:
        delivery.deliver_due()
        assert fates() == [(EmailState.QUEUED, 1, "ConnectionRefusedError")]
        there = PostOffice()
        controller = Controller(there, hostname="127.0.0.1", port=settings.EMAIL_PORT)
        controller.start()
        try:
            delivery.deliver_due()
            assert not there.taken  # not yet due
            now.shift(timedelta(seconds=61))
            delivery.deliver_due()
        finally:
            controller.stop()
    assert fates() == [(EmailState.SENT, 2, "")]
    assert there.recipients == ["ida@post.example"]


def test_after_thirty_attempts_over_a_day_it_is_given_up_and_forgotten() -> None:
    email()
    with time_machine.travel(began := timezone.now(), tick=False) as now:
        while (waiting := Email.objects.get()).state == EmailState.QUEUED:
            assert waiting.recipient
            now.move_to(waiting.next_attempt_at)
            delivery.deliver_due()
        took = timezone.now() - began
    assert timedelta(hours=22) < took < timedelta(hours=30)
    assert (waiting.state, waiting.attempts, waiting.failure) == (
        EmailState.FAILED,
        MAX_ATTEMPTS,
        "ConnectionRefusedError",
    )
    assert (waiting.recipient, waiting.subject, waiting.text, waiting.sent_at) == (None, None, None, None)


@pytest.mark.parametrize("bad", [REFUSED, HUNG_UP_ON, "two\nlines@post.example"])
def test_an_email_that_cannot_be_delivered_holds_up_no_other_and_its_failure_names_nobody(
    office: PostOffice, bad: str
) -> None:
    email("before@post.example")
    email(bad)
    email("after@post.example")
    delivery.deliver_due()
    assert office.recipients == ["before@post.example", "after@post.example"]
    (_, attempts, failure) = fates()[1]
    assert (attempts, failure.isalpha()) == (1, True)
    assert [fate[0] for fate in fates()] == [EmailState.SENT, EmailState.QUEUED, EmailState.SENT]


def test_new_emails_go_before_those_that_failed(office: PostOffice) -> None:
    tried = email("tried@post.example")
    Email.objects.filter(pk=tried.pk).update(attempts=4, next_attempt_at=timezone.now() - timedelta(hours=1))
    email("new@post.example")
    delivery.deliver_due()
    assert office.recipients == ["new@post.example", "tried@post.example"]


def test_whoever_is_told_to_stop_finishes_the_email_under_way_and_leaves_the_rest(office: PostOffice) -> None:
    for _ in range(3):
        email()
    delivery.deliver_due(unless=lambda: bool(office.taken))
    assert fates() == [(EmailState.SENT, 1, ""), (EmailState.QUEUED, 0, ""), (EmailState.QUEUED, 0, "")]


def test_emails_are_taken_up_ten_at_a_time(office: PostOffice) -> None:
    for number in range(20):
        email(f"reader{number}@post.example")
    with CaptureQueriesContext(connection) as asked:
        delivery.deliver_due()
    assert sum(query["sql"].startswith("SELECT") for query in asked) == 4  # whether there are any; 10, 10, 0
    assert sum(query["sql"].startswith("UPDATE") for query in asked) == 22


def test_before_a_slow_server_the_rest_is_put_back_untried(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else somebody else would take it up meanwhile, and it would arrive twice."""
    for number in range(3):
        email(f"reader{number}@post.example")
    quick = delivery.Server.send
    with time_machine.travel(timezone.now(), tick=False) as now, monkeypatch.context() as slow:
        held: list[int] = []

        def send(self: delivery.Server, email: Email) -> str:
            held.append(Email.objects.filter(attempts=1).exclude(state=EmailState.SENT).count())
            now.shift(timedelta(seconds=21))
            return quick(self, email)

        slow.setattr(delivery.Server, "send", send)
        delivery.deliver_due()
    assert held == [3, 2, 1]
    assert fates() == [(EmailState.SENT, 1, "")] * 3
    assert office.recipients == [f"reader{number}@post.example" for number in range(3)]


def test_what_somebody_else_has_taken_up_meanwhile_is_not_put_back(office: PostOffice) -> None:
    queued = email()
    with transaction.atomic():
        batch = delivery._claim()
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False), transaction.atomic():
        other = delivery._claim()
        delivery._release(batch)
    assert [held.pk for held in other.emails] == [queued.pk]
    assert fates() == [(EmailState.QUEUED, 2, "")]


def test_an_email_whose_attempt_was_cut_off_is_due_again(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    email()
    with monkeypatch.context() as killed:
        killed.setattr(delivery.Server, "send", lambda *_: sys.exit())
        with pytest.raises(SystemExit):
            delivery.deliver_due()
    delivery.deliver_due()
    assert (fates(), office.taken) == ([(EmailState.QUEUED, 1, "")], [])
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        delivery.deliver_due()
    assert office.recipients == ["ida@post.example"]


@pytest.mark.postgres  # on SQLite one transaction that writes keeps out all others
def test_two_at_once_hand_each_email_over_once(office: PostOffice) -> None:
    wanted = [email(f"reader{number}@post.example").recipient for number in range(40)]
    together = threading.Barrier(3)

    def work() -> None:
        together.wait()
        delivery.deliver_due()

    workers = [threading.Thread(target=connected, args=(work,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(office.recipients) == sorted(map(str, wanted))


def test_what_is_rolled_back_sends_nothing(office: PostOffice) -> None:
    with transaction.atomic():
        email()
        transaction.set_rollback(True)
    delivery.deliver_due()
    assert not office.taken


def test_it_is_delivered_soon_after_it_is_written_and_for_as_long_as_nobody_stops_it(office: PostOffice) -> None:
    stop = threading.Event()
    worker = threading.Thread(target=connected, args=(lambda: delivery.deliver(stop),))
    worker.start()
    try:
        for number in range(3):
            email(f"reader{number}@post.example")
            until = timezone.now() + timedelta(seconds=20)
            while len(office.taken) <= number:
                assert timezone.now() < until
                threading.Event().wait(0.05)
    finally:
        stop.set()
        worker.join()
    assert len(office.taken) == 3
