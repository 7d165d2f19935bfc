"""The outbox: emails are stored at once, and handed to the mail server after the transaction has committed."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from broadsheet.mail.models import Email


def send(*, purpose: str, to: str, subject: str, text: str) -> Email:
    """Store an email. A worker sees it within half a second after the caller's transaction has committed."""
    return Email.objects.create(purpose=purpose, recipient=to, subject=" ".join(subject.split()), text=text)


def send_template(*, purpose: str, to: str, language: str, context: dict[str, Any]) -> Email:
    """Store the email that the template `emails/<purpose>.txt` renders in a language; its first line is the subject."""
    with translation.override(language):
        subject, _, text = render_to_string(f"emails/{purpose}.txt", context).strip().partition("\n")
    return send(purpose=purpose, to=to, subject=subject, text=text.strip() + "\n")
