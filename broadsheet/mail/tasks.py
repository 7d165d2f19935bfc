"""Hands letters to the mail server. A failed attempt is tried again by the schedule, thirty times over about a day."""

from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.utils import timezone
from django_tasks import task

from broadsheet.mail.models import MAX_ATTEMPTS, Letter
from broadsheet.mail.states import LetterState


@task()
def hand_over_letter(letter_id: int) -> None:
    """Makes one attempt at a letter that is due; does nothing where another worker has it, or it is gone."""
    letter = _claim(letter_id)
    if letter is None:
        return
    try:
        EmailMessage(letter.subject or "", letter.text or "", to=[letter.recipient or ""]).send()
    except (SMTPException, OSError, ValueError) as error:
        _note_failure(letter, error)
    else:
        _forget(letter, LetterState.SENT)


def _claim(letter_id: int) -> Letter | None:
    """Counts the attempt and moves the next one on, so that no lock is held while the server talks."""
    letter = Letter.objects.due().filter(pk=letter_id).first()
    if letter is None:
        return None
    seen = letter.attempts
    letter.attempts += 1
    letter.next_attempt_at = timezone.now() + letter.backoff()
    mine = Letter.objects.due().filter(pk=letter_id, attempts=seen)
    claimed = mine.update(attempts=letter.attempts, next_attempt_at=letter.next_attempt_at)
    return letter if claimed else None


def _note_failure(letter: Letter, error: Exception) -> None:
    """Keeps only the kind of failure: a server's own words may repeat the address."""
    letter.failure = type(error).__name__
    if letter.attempts >= MAX_ATTEMPTS:
        _forget(letter, LetterState.FAILED)
    else:
        letter.save(update_fields=["failure"])


def _forget(letter: Letter, state: LetterState) -> None:
    letter.state = state
    letter.sent_at = timezone.now() if state == LetterState.SENT else None
    letter.recipient = letter.subject = letter.text = None
    letter.save()
