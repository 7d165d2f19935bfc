"""Sends letters: written down at once, handed to the mail server only after the transaction has committed."""

from broadsheet.core.insertions import Insertion
from broadsheet.mail.models import Letter

_LETTERS = Insertion(Letter)


def send(*, purpose: str, to: str, subject: str, text: str) -> Letter:
    """Writes the letter down; a worker sees it once the caller has committed, within half a second."""
    return _LETTERS.store(Letter(purpose=purpose, recipient=to, subject=" ".join(subject.split()), text=text))
