"""Sends emails: written down at once, handed to the mail server only after the transaction has committed."""

from broadsheet.core.insertions import Insertion
from broadsheet.mail.models import Email

_EMAILS = Insertion(Email)


def send(*, purpose: str, to: str, subject: str, text: str) -> Email:
    """Writes the email down; a worker sees it once the caller has committed, within half a second."""
    return _EMAILS.store(Email(purpose=purpose, recipient=to, subject=" ".join(subject.split()), text=text))
