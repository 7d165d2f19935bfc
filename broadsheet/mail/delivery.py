"""Hands emails to the mail server, one after the other. What fails is due again, thirty times over about a day."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from broadsheet.core.polling import poll_forever
from broadsheet.mail.models import MAX_ATTEMPTS, Email
from broadsheet.mail.states import EmailState

LOOK_EVERY = 0.5  # seconds
AT_ONCE = 10  # emails in one hand: to take each by itself costs the database as much as to note what came of it
HELD_FOR = timedelta(seconds=20)  # of the minute for which they are ours


class Server:
    """The mail server, on one connection as long as it holds. Where it lets nobody in it is asked once."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._away = ""

    def take(self, email: Email) -> str:
        """Hands one email over. Returns the kind of failure, or nothing: its own words may repeat the address."""
        return self._away or self._failure_to_enter() or self._failure_to_hand_over(email)

    def leave(self) -> None:
        """Closes the connection; what it was asked to take it has taken or refused."""
        with suppress(OSError):
            self._connection.close()

    def _failure_to_enter(self) -> str:
        try:
            self._connection.open()
        except OSError as error:
            self._away = type(error).__name__
        return self._away

    def _failure_to_hand_over(self, email: Email) -> str:
        message = EmailMessage(email.subject or "", email.text or "", to=[email.recipient or ""])
        try:
            self._connection.send_messages([message])
        except (OSError, ValueError) as error:
            self.leave()  # nobody knows what it waits for now
            return type(error).__name__
        return ""


def deliver(stop: threading.Event) -> None:
    """Hands over what is due, until `stop`; an email that is under way is finished."""
    complaint = "The emails that are due could not be read (%s); it is tried again."
    poll_forever(stop, lambda: deliver_due(unless=stop.is_set), message=complaint, interval=LOOK_EVERY)


def deliver_due(*, unless: Callable[[], bool] = lambda: False) -> None:
    """Makes one attempt at each email that is due, those first that were never tried; stops early where `unless` says.

    What came of an email is written down before the next is begun: an email costs one commit.
    """
    if not Email.objects.due().exists():
        return
    server = Server()
    try:
        with transaction.atomic():
            hand = _claimed()
        while hand.emails:
            email = hand.emails.popleft()
            failure = server.take(email)
            with transaction.atomic():
                _note(email, failure)
                if unless() or hand.is_late():
                    _put_back(hand)
                if not hand.emails and not unless():
                    hand = _claimed()
    finally:
        server.leave()


@dataclass(frozen=True)
class _Hand:
    """Emails that nobody else takes for the next minute."""

    emails: deque[Email]
    since: datetime

    def is_late(self) -> bool:
        """Whether the server is so slow that the last of them would be taken up by somebody else meanwhile."""
        return timezone.now() - self.since > HELD_FOR


def _claimed() -> _Hand:
    """Counts the attempt and moves the next one on, so that no lock is held while the server talks."""
    now, waiting = timezone.now(), Email.objects.due().order_by("attempts", "next_attempt_at")
    skipping = connection.features.has_select_for_update_skip_locked
    emails = deque(waiting.select_for_update(skip_locked=skipping)[:AT_ONCE])
    for attempts, alike in groupby(emails, key=attrgetter("attempts")):
        some = list(alike)
        for email in some:
            email.attempts = attempts + 1
            email.next_attempt_at = now + email.backoff()
        these = Email.objects.filter(pk__in=[email.pk for email in some])
        these.update(attempts=some[0].attempts, next_attempt_at=some[0].next_attempt_at)
    return _Hand(emails, now)


def _put_back(hand: _Hand) -> None:
    """Lets go of what was not tried, as if it had never been taken; what others may have by now stays with them."""
    now = timezone.now()
    ours = [email.pk for email in hand.emails if email.next_attempt_at > now]
    Email.objects.filter(pk__in=ours).update(attempts=F("attempts") - 1, next_attempt_at=now)
    hand.emails.clear()


def _note(email: Email, failure: str) -> None:
    """Writes down what came of an attempt; who was meant is forgotten as soon as there is no other."""
    email.failure = failure
    if failure and email.attempts < MAX_ATTEMPTS:
        email.save(update_fields=["failure"])
        return
    email.state = EmailState.FAILED if failure else EmailState.SENT
    email.sent_at = None if failure else timezone.now()
    email.recipient = email.subject = email.text = None
    email.save(update_fields=["failure", "state", "sent_at", "recipient", "subject", "text"])
