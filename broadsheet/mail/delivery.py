"""The delivery of queued emails to the mail server, one by one, with thirty attempts over about a day (ADR 9)."""

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

POLL_INTERVAL = 0.5  # seconds
BATCH_SIZE = 10  # emails; to claim each by itself would cost the database as much as to record its result
CLAIM_TIMEOUT = timedelta(seconds=20)  # of the minute before another worker may claim them


class Server:
    """The mail server, on one connection for a whole run. After a failed connection it is not tried again."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._connection_error = ""

    def send(self, email: Email) -> str:
        """Send an email and return the name of the exception if it fails: its message might contain the address."""
        return self._connection_error or self._open() or self._send(email)

    def close(self) -> None:
        """Close the connection. A server that fails even then has accepted or refused the emails before."""
        with suppress(OSError):
            self._connection.close()

    def _open(self) -> str:
        try:
            self._connection.open()
        except OSError as error:
            self._connection_error = type(error).__name__
        return self._connection_error

    def _send(self, email: Email) -> str:
        message = EmailMessage(email.subject or "", email.text or "", to=[email.recipient or ""])
        try:
            self._connection.send_messages([message])
        except (OSError, ValueError) as error:
            self.close()  # the server may be in the middle of a command
            return type(error).__name__
        return ""


def deliver(stop: threading.Event) -> None:
    """Deliver due emails until `stop` is set; an email that is being sent is finished."""
    message = "The emails that are due could not be read (%s). Trying again."
    poll_forever(stop, lambda: deliver_due(unless=stop.is_set), message=message, interval=POLL_INTERVAL)


def deliver_due(*, unless: Callable[[], bool] = lambda: False) -> None:
    """Attempt each due email once, new emails before repeated ones, until `unless` returns true.

    The result of each email is stored before the next is sent, so an email costs one commit.
    """
    if not Email.objects.due().exists():
        return
    server = Server()
    try:
        with transaction.atomic():
            batch = _claim()
        while batch.emails:
            email = batch.emails.popleft()
            failure = server.send(email)
            with transaction.atomic():
                _record(email, failure)
                if unless() or batch.has_timed_out():
                    _release(batch)
                if not batch.emails and not unless():
                    batch = _claim()
    finally:
        server.close()


@dataclass(frozen=True)
class _Batch:
    """Emails that no other worker claims within the next minute."""

    emails: deque[Email]
    claimed_at: datetime

    def has_timed_out(self) -> bool:
        """Return whether the server is so slow that another worker might claim the rest while it is being sent."""
        return timezone.now() - self.claimed_at > CLAIM_TIMEOUT


def _claim() -> _Batch:
    """Claim emails by counting the attempt and setting the next one, so that no lock is held during the delivery."""
    now, due = timezone.now(), Email.objects.due().order_by("attempts", "next_attempt_at")
    skip_locked = connection.features.has_select_for_update_skip_locked
    emails = deque(due.select_for_update(skip_locked=skip_locked)[:BATCH_SIZE])
    for attempts, group in groupby(emails, key=attrgetter("attempts")):
        claimed = list(group)
        for email in claimed:
            email.attempts = attempts + 1
            email.next_attempt_at = now + email.backoff()
        rows = Email.objects.filter(pk__in=[email.pk for email in claimed])
        rows.update(attempts=claimed[0].attempts, next_attempt_at=claimed[0].next_attempt_at)
    return _Batch(emails, now)


def _release(batch: _Batch) -> None:
    """Release the emails that were not attempted, except for those that another worker may have claimed by now."""
    now = timezone.now()
    still_claimed = [email.pk for email in batch.emails if email.next_attempt_at > now]
    Email.objects.filter(pk__in=still_claimed).update(attempts=F("attempts") - 1, next_attempt_at=now)
    batch.emails.clear()


def _record(email: Email, failure: str) -> None:
    """Store the result of an attempt. After the last attempt the recipient and the text are deleted (promise 3)."""
    email.failure = failure
    if failure and email.attempts < MAX_ATTEMPTS:
        email.save(update_fields=["failure"])
        return
    email.state = EmailState.FAILED if failure else EmailState.SENT
    email.sent_at = None if failure else timezone.now()
    email.recipient = email.subject = email.text = None
    email.save(update_fields=["failure", "state", "sent_at", "recipient", "subject", "text"])
