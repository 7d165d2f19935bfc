"""Hands letters to the mail server, one after the other. What fails is due again, thirty times over about a day."""

import threading
from collections.abc import Callable
from contextlib import suppress

from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.utils import timezone

from broadsheet.core.rounds import go_round
from broadsheet.mail.models import MAX_ATTEMPTS, Letter
from broadsheet.mail.states import LetterState

LOOK_EVERY = 0.5  # seconds


class Server:
    """The mail server, on one connection as long as it holds. Where it lets nobody in it is asked once."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._away = ""

    def take(self, letter: Letter) -> str:
        """Hands one letter over. Returns the kind of failure, or nothing: its own words may repeat the address."""
        return self._away or self._failure_to_enter() or self._failure_to_hand_over(letter)

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

    def _failure_to_hand_over(self, letter: Letter) -> str:
        message = EmailMessage(letter.subject or "", letter.text or "", to=[letter.recipient or ""])
        try:
            self._connection.send_messages([message])
        except (OSError, ValueError) as error:
            self.leave()  # nobody knows what it waits for now
            return type(error).__name__
        return ""


def deliver(stop: threading.Event) -> None:
    """Hands over what is due, until `stop`; a letter that is under way is finished."""
    complaint = "The letters that are due could not be read (%s); it is tried again."
    go_round(stop, lambda: deliver_due(unless=stop.is_set), complaint=complaint, rest=LOOK_EVERY)


def deliver_due(*, unless: Callable[[], bool] = lambda: False) -> None:
    """Makes one attempt at each letter that is due, those first that were never tried; stops early where `unless` says.

    What came of a letter is written down in the transaction that claims the next: a letter costs one commit.
    """
    if not Letter.objects.due().exists():
        return
    server = Server()
    try:
        letter = _claimed()
        while letter:
            failure = server.take(letter)
            with transaction.atomic():
                _note(letter, failure)
                letter = None if unless() else _claimed()
    finally:
        server.leave()


def _claimed() -> Letter | None:
    """Counts the attempt and moves the next one on, so that no lock is held while the server talks."""
    with transaction.atomic():
        waiting = Letter.objects.due().order_by("attempts", "next_attempt_at")
        skipping = connection.features.has_select_for_update_skip_locked
        letter = waiting.select_for_update(skip_locked=skipping).first()
        if letter:
            letter.attempts += 1
            letter.next_attempt_at = timezone.now() + letter.backoff()
            letter.save(update_fields=["attempts", "next_attempt_at"])
    return letter


def _note(letter: Letter, failure: str) -> None:
    """Writes down what came of an attempt; who was meant is forgotten as soon as there is no other."""
    letter.failure = failure
    if failure and letter.attempts < MAX_ATTEMPTS:
        letter.save(update_fields=["failure"])
        return
    letter.state = LetterState.FAILED if failure else LetterState.SENT
    letter.sent_at = None if failure else timezone.now()
    letter.recipient = letter.subject = letter.text = None
    letter.save(update_fields=["failure", "state", "sent_at", "recipient", "subject", "text"])
