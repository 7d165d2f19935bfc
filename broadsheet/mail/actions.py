"""The outbox: emails are stored at once, and handed to the mail server after the transaction has committed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from broadsheet.limits.keys import mailbox_digest
from broadsheet.limits.states import Limit
from broadsheet.mail.models import MAX_DELAY, MAX_SENDER, Email
from broadsheet.mail.states import EmailState

NOBODY = "nobody@paper.invalid"  # whose digest takes as long as anybody's


@dataclass(frozen=True)
class Recipient:
    """An address with the limit that its mailbox has for such emails, and the time until the first attempt.

    The delivery counts the limit, so that storing an email costs the same whether the limit is reached or not (ADR 37).
    An email without an address is stored like any other, and withheld by the delivery.
    """

    address: str
    limit: Limit
    delay: timedelta = timedelta(0)


def withhold(about: str) -> int:
    """Withhold the emails about a row that have not left yet, and return the number of those that have."""
    emails = Email.objects.filter(about=about)
    waiting = emails.filter(state=EmailState.QUEUED)
    waiting.update(state=EmailState.WITHHELD, recipient=None, subject=None, text=None, mailbox=None)
    return emails.filter(state=EmailState.SENT).count()


def send_now(about: str) -> None:
    """End the delay of the emails about a row."""
    Email.objects.filter(state=EmailState.QUEUED, about=about, attempts=0).update(next_attempt_at=timezone.now())


def send(*, purpose: str, to: str | Recipient, subject: str, text: str, sender: str = "", about: str = "") -> Email:
    """Store an email. A worker sees it within half a second after the caller's transaction has committed."""
    email = Email(
        purpose=purpose, subject=" ".join(subject.split()), text=text, sender=sender[:MAX_SENDER], about=about
    )
    if isinstance(to, Recipient):
        email.recipient, email.limit = to.address, to.limit
        digest = mailbox_digest(to.address or NOBODY)
        email.mailbox = digest if to.address else ""
        email.next_attempt_at = timezone.now() + min(to.delay, MAX_DELAY)
    else:
        email.recipient = to
    email.save(force_insert=True)
    return email


def send_template(
    *, purpose: str, to: str | Recipient, language: str, context: dict[str, Any], sender: str, about: str = ""
) -> Email:
    """Store the email that the template `emails/<purpose>.txt` renders in a language; its first line is the subject."""
    with translation.override(language):
        subject, _, text = render_to_string(f"emails/{purpose}.txt", context).strip().partition("\n")
    return send(purpose=purpose, to=to, subject=subject, text=text.strip() + "\n", sender=sender, about=about)
