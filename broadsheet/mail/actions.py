"""Sends letters: written down at once, handed to the mail server only after the transaction has committed."""

from broadsheet.mail.models import Letter
from broadsheet.mail.tasks import hand_over_letter


def send(*, purpose: str, to: str, subject: str, text: str) -> Letter:
    """Writes the letter down, and the task that hands it over: a worker sees both once the caller has committed."""
    letter = Letter.objects.create(purpose=purpose, recipient=to, subject=" ".join(subject.split()), text=text)
    hand_over_letter.enqueue(letter.pk)
    return letter
