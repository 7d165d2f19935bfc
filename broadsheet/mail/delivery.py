"""The delivery of queued emails to the mail server, one by one, with thirty attempts over about a day (ADR 9)."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter

from django.core.mail import get_connection
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from broadsheet.core import pulses
from broadsheet.core.attempts import Attempts, Hanging
from broadsheet.core.failures import outcome_of
from broadsheet.core.polling import poll_forever
from broadsheet.limits import actions as limits
from broadsheet.limits.states import Limit
from broadsheet.mail.models import MAX_ATTEMPTS, Email
from broadsheet.mail.provider import failure_of, is_final
from broadsheet.mail.renderer import OutgoingEmail
from broadsheet.mail.states import EmailState

PART = "emails"  # of the worker
POLL_INTERVAL = 0.5  # seconds
BATCH_SIZE = 10  # emails; to claim each by itself would cost the database as much as to record its result
CLAIM_TIMEOUT = timedelta(seconds=20)  # of the minute before another worker may claim them
PATIENCE = 30.0  # seconds for an email; each answer of the server has 20, but it may take many of them


class Server:
    """The mail server, on one connection for a whole run. After a failed connection it is not tried again."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._connection_error: BaseException | None = None

    def send(self, email: Email) -> None:
        """Send an email; raise an exception of any type if it fails."""
        if self._connection_error is None:
            self._connection_error = outcome_of(self._connection.open)
        if self._connection_error is not None:
            raise self._connection_error
        try:
            self._connection.send_messages([OutgoingEmail(email)])
        except BaseException:
            self.close()  # the server may be in the middle of a command
            raise

    def close(self) -> None:
        """Close the connection. A server that fails even then has accepted or refused the emails before."""
        outcome_of(self._connection.close)


def deliver(stop: threading.Event) -> None:
    """Deliver due emails until `stop` is set; an email that is being sent is finished."""
    with Attempts(PATIENCE) as attempts:
        poll_forever(stop, lambda: _deliver(attempts, stop.is_set), part=PART, interval=POLL_INTERVAL)


def deliver_due(*, unless: Callable[[], bool] = lambda: False) -> None:
    """Attempt each due email once, new emails before repeated ones, until `unless` returns true.

    The result of each email is stored before the next is sent, so an email costs one commit. Whatever happens to one
    email, the others are attempted.
    """
    with Attempts(PATIENCE) as attempts:
        _deliver(attempts, unless)


def _deliver(attempts: Attempts, unless: Callable[[], bool]) -> None:
    if not Email.objects.due().exists():
        return
    server = Server()
    try:
        batch = _next_batch(unless)
        while batch.emails:
            claimed = batch.emails.popleft()
            error = _attempt(claimed, server, attempts)
            pulses.beat(PART)
            if isinstance(error, Hanging):
                server = Server()  # the other is still in use
            with transaction.atomic():
                _record(claimed, error)
                if unless() or batch.has_timed_out():
                    _release(batch)
                if not batch.emails and not unless():
                    batch = _claim()
            if batch.was_withheld and not batch.emails:
                batch = _next_batch(unless)
    finally:
        server.close()


def _attempt(claimed: Email, server: Server, attempts: Attempts) -> BaseException | None:
    """Read an email and send it; return the exception with which that failed, or None."""
    found: list[Email] = []
    # Each by itself: one that cannot be decrypted would keep all that are read with it from being sent.
    error = outcome_of(lambda: found.append(Email.objects.get(pk=claimed.pk)))
    return error or attempts.run(claimed.pk, partial(server.send, found[0]))


@dataclass(frozen=True)
class _Batch:
    """Emails that no other worker claims within the next minute."""

    emails: deque[Email]
    claimed_at: datetime
    was_withheld: bool = False  # all of it, so that others may be due

    def has_timed_out(self) -> bool:
        """Return whether the server is so slow that another worker might claim the rest while it is being sent."""
        return timezone.now() - self.claimed_at > CLAIM_TIMEOUT


def _next_batch(unless: Callable[[], bool]) -> _Batch:
    """Claim emails, and withhold those beyond a limit, until there is one to send or none is due."""
    while True:
        with transaction.atomic():
            batch = _claim()
        pulses.beat(PART)
        if not batch.was_withheld or unless():
            return batch


def _claim() -> _Batch:
    """Claim emails by counting the attempt and setting the next one, so that no lock is held during the delivery."""
    now, due = timezone.now(), Email.objects.due().order_by("attempts", "next_attempt_at", "pk")
    skip_locked = connection.features.has_select_for_update_skip_locked
    rows = due.only("attempts", "limit", "mailbox").select_for_update(skip_locked=skip_locked)
    found = list(rows[:BATCH_SIZE])
    emails = deque(_within_limits(found))
    for attempts, group in groupby(emails, key=attrgetter("attempts")):
        claimed = list(group)
        for email in claimed:
            email.attempts = attempts + 1
            email.next_attempt_at = now + email.backoff()
        group_rows = Email.objects.filter(pk__in=[email.pk for email in claimed])
        group_rows.update(attempts=claimed[0].attempts, next_attempt_at=claimed[0].next_attempt_at)
    return _Batch(emails, now, was_withheld=bool(found) and not emails)


def _within_limits(found: Sequence[Email]) -> Iterator[Email]:
    """Count each email that a limit is still to be counted for; withhold those beyond it, or without an address.

    Every worker counts the mailboxes in the same order, so that no two workers wait for each other.
    """
    withheld: set[int] = set()
    for email in sorted((email for email in found if email.limit), key=attrgetter("mailbox", "limit")):
        if email.mailbox and limits.take_exactly(Limit(email.limit), email.mailbox):
            Email.objects.filter(pk=email.pk).update(limit="", mailbox=None)
        else:
            withheld.add(email.pk)
            _forget(email, EmailState.WITHHELD)
    return (email for email in found if email.pk not in withheld)


def _forget(email: Email, state: EmailState, **fields: object) -> None:
    """Let an email leave the queue, and delete its recipient (promise 3)."""
    Email.objects.filter(pk=email.pk).update(
        state=state, recipient=None, subject=None, text=None, mailbox=None, **fields
    )


def _release(batch: _Batch) -> None:
    """Release the emails that were not attempted, except for those that another worker may have claimed by now."""
    now = timezone.now()
    still_claimed = [email.pk for email in batch.emails if email.next_attempt_at > now]
    Email.objects.filter(pk__in=still_claimed).update(attempts=F("attempts") - 1, next_attempt_at=now)
    batch.emails.clear()


def _record(email: Email, error: BaseException | None) -> None:
    """Store the result of an attempt. After the last one, or a final refusal, the recipient is deleted (promise 3)."""
    failure = failure_of(error) if error else ""
    if error and email.attempts < MAX_ATTEMPTS and not is_final(error):
        Email.objects.filter(pk=email.pk).update(failure=failure)
        return
    state, sent_at = (EmailState.FAILED, None) if failure else (EmailState.SENT, timezone.now())
    _forget(email, state, failure=failure, sent_at=sent_at)
