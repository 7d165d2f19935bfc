"""Emails on their way to a mail server that really listens, refuses, hangs up and goes away."""

import asyncio
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import strategies as st

from broadsheet.core.email_addresses import clean_address
from broadsheet.core.failures import outcome_of
from broadsheet.discussion.forms import CommentForm
from broadsheet.mail import actions, delivery
from broadsheet.mail.models import MAX_ATTEMPTS, Email
from broadsheet.mail.renderer import OutgoingEmail
from broadsheet.mail.states import EmailState
from tests import campaigns
from tests.threads import connected
from tools.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

REFUSED, HUNG_UP_ON = "replies-450@post.example", "abrupt@post.example"


class PostOffice:
    """What the mail server does with what it is told; counts who comes in."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.visits = 0
        self.offers_smtputf8 = True

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Somebody comes in."""
        self.visits += 1
        session.host_name = hostname
        return [line for line in responses if self.offers_smtputf8 or "SMTPUTF8" not in line]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient is refused, and the connection is cut at another."""
        if address.startswith("replies-"):
            return f"{address.partition('@')[0].removeprefix('replies-').replace('_', ' ')} to {address}"
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
    settings.EMAIL_BACKEND = "broadsheet.mail.provider.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_USE_TLS = False


@pytest.fixture(autouse=True)
def _emails_are_delivered() -> None:
    """Not here: each test says when."""


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    """A server that is there."""
    there = PostOffice()
    controller = Controller(there, hostname="127.0.0.1", port=settings.EMAIL_PORT, enable_SMTPUTF8=True)
    controller.start()
    there.visits = 0  # the controller has looked whether it answers
    yield there
    controller.stop()


def email(to: str = "ida@post.example", **given: Any) -> Email:
    return actions.send(purpose="test", to=to, **{"subject": "Your comment", "text": "It stands.", **given})


def parsed(envelope: Envelope) -> EmailMessage:
    return message_from_bytes(cast("bytes", envelope.content), _class=EmailMessage, policy=policy.SMTPUTF8)


def recipient_of(envelope: Envelope) -> str:
    (address,) = parsed(envelope)["To"].addresses
    return str(address.addr_spec).encode("utf-8", "surrogateescape").decode()  # as the parser keeps other letters


def text_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n").strip()


def fates() -> list[tuple[str, int, str]]:
    return list(Email.objects.order_by("pk").values_list("state", "attempts", "failure"))


def test_an_email_is_handed_over_whole_and_then_forgotten(office: PostOffice, settings: Any) -> None:
    email(subject="Your comment on\r\nBcc: all@post.example", text="Grüße aus Ærø.\n.\nThis is below a lone dot.")
    delivery.deliver_due()
    (envelope,) = office.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (settings.MAIL_FROM, ["ida@post.example"])
    message = parsed(envelope)
    assert message["Subject"] == "Your comment on Bcc: all@post.example"
    assert message["Bcc"] is None
    assert text_of(message) == "Grüße aus Ærø.\n.\nThis is below a lone dot."
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


@pytest.mark.parametrize("bad", [REFUSED, HUNG_UP_ON])
def test_an_email_that_cannot_be_delivered_holds_up_no_other_and_its_failure_names_nobody(
    office: PostOffice, bad: str
) -> None:
    email("before@post.example")
    email(bad)
    email("after@post.example")
    delivery.deliver_due()
    assert office.recipients == ["before@post.example", "after@post.example"]
    (_, attempts, failure) = fates()[1]
    assert (attempts, failure) == (1, "450" if bad == REFUSED else "SMTPServerDisconnected")
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
    assert sum(query["sql"].startswith("SELECT") for query in asked) == 24  # whether there are any; 10, 10, 0, and each
    assert sum(query["sql"].startswith("UPDATE") for query in asked) == 22


def test_before_a_slow_server_the_rest_is_put_back_untried(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else somebody else would take it up meanwhile, and it would arrive twice."""
    for number in range(3):
        email(f"reader{number}@post.example")
    quick = delivery.Server.send
    with time_machine.travel(timezone.now(), tick=False) as now, monkeypatch.context() as slow:
        held: list[int] = []

        def send(self: delivery.Server, email: Email) -> None:
            held.append(Email.objects.filter(attempts=1).exclude(state=EmailState.SENT).count())
            now.shift(timedelta(seconds=21))
            quick(self, email)

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
        killed.setattr(delivery, "_attempt", lambda *_: sys.exit())
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
            while outcome_of(lambda: email(f"reader{number}@post.example")):  # noqa: B023
                threading.Event().wait(0.01)  # a table in memory is locked while the other thread reads it
            until = timezone.now() + timedelta(seconds=20)
            while len(office.taken) <= number:
                assert timezone.now() < until
                threading.Event().wait(0.05)
    finally:
        stop.set()
        worker.join()
    assert len(office.taken) == 3


@pytest.mark.parametrize(
    ("reply", "is_final"),
    [
        ("550", True),
        ("550_5.1.1", True),
        ("553_5.1.3", True),
        ("554_5.7.1", True),
        ("552_5.2.2", False),  # the mailbox is full, which its owner can change
        ("552", False),
        ("550_4.2.1", False),
        ("530_5.7.0", False),  # we have to sign in, which the operator can change
        ("450", False),
        ("451_4.7.1", False),
        ("421", False),
    ],
)
def test_a_refusal_for_good_ends_it_and_any_other_is_tried_again(
    office: PostOffice, reply: str, *, is_final: bool
) -> None:
    email(f"replies-{reply}@post.example")
    delivery.deliver_due()
    [(state, attempts, failure)] = fates()
    assert (state, attempts) == (EmailState.FAILED if is_final else EmailState.QUEUED, 1)
    assert failure.startswith(reply[:3])
    assert "@" not in failure
    assert (Email.objects.get().recipient is None) is is_final


@pytest.mark.parametrize("local_part", ["müller", "o'brien", "ann+list", "用户"])
@pytest.mark.parametrize("domain", ["post.example", "bücher.example", "straße.example"])
def test_what_is_accepted_arrives(office: PostOffice, local_part: str, domain: str) -> None:
    address = clean_address(f"{local_part}@{domain}")
    email(address)
    delivery.deliver_due()
    assert fates() == [(EmailState.SENT, 1, "")]
    assert office.recipients == [address]
    assert recipient_of(office.taken[0]) == address


def test_an_address_that_the_server_cannot_transport_is_not_tried_again(office: PostOffice) -> None:
    office.offers_smtputf8 = False
    email("müller@post.example")
    email("ida@post.example")
    delivery.deliver_due()
    assert fates() == [(EmailState.FAILED, 1, "NeedsSmtpUtf8"), (EmailState.SENT, 1, "")]


def test_an_email_says_who_sends_it_and_that_a_program_does(office: PostOffice, settings: Any) -> None:
    settings.BASE_URL = "https://paper.example"
    name = 'The "Elmford" Courier,\r\nBcc: all@post.example'
    first = email(sender=name)
    email(sender="Zürcher Bote")
    delivery.deliver_due()
    message, second = map(parsed, office.taken)
    sender = message["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (" ".join(name.split()), settings.MAIL_FROM)
    assert second["From"].addresses[0].display_name == "Zürcher Bote"
    assert (message["Auto-Submitted"], message["Bcc"]) == ("auto-generated", None)
    assert str(message["Message-ID"]).endswith("@paper.example>")
    assert message["Message-ID"] != second["Message-ID"]
    assert OutgoingEmail(first).message()["Message-ID"] == message["Message-ID"]  # at every attempt


@pytest.mark.campaign
def test_an_address_is_refused_in_words_or_an_email_to_it_arrives(office: PostOffice) -> None:
    """Addresses of every sort: plausible ones, and ones full of signs that upset parsers."""
    sign = st.one_of(
        st.sampled_from("abcxyz019.+-_'@@..\"\\()<>[],;: \t\r\n\x00\x08\x1e\x7füßéœ用\u200b\u202e"), st.characters()
    )
    label = st.text(st.one_of(st.sampled_from("abcz019-üß用.x_"), sign), min_size=1, max_size=12)
    address = st.one_of(
        st.text(sign, max_size=80),
        st.builds(
            "{}@{}.{}".format, st.text(sign, max_size=70), label, st.sampled_from(["example", "de", "みんな", "1"])
        ),
        st.builds('"{}"@{}.example'.format, st.text(sign, max_size=20), label),
        st.builds("{}@{}.example".format, st.text("abc.+'üé", min_size=1, max_size=20), label),
        st.emails(),
    )

    def tried(address: str) -> None:
        form = CommentForm({"email": address}, current=None)
        form.is_valid()
        if errors := form.errors.get("email"):
            assert all(str(error) for error in errors)
            return
        office.taken.clear()
        cleaned = form.cleaned_data["email"]
        queued = Email(pk=1, recipient=cleaned, subject="Your comment", text="It stands.", sender="The Courier")
        server.send(queued)
        (envelope,) = office.taken
        assert envelope.rcpt_tos == [cleaned]
        assert recipient_of(envelope) == cleaned

    server = delivery.Server()
    try:
        campaigns.search("addresses", tried, full=100_000, address=address)
    finally:
        server.close()
