"""The message of an email: its headers and its text, as RFC 5322 and RFC 6532 have them."""

import unicodedata
from email.headerregistry import Address
from email.message import EmailMessage as Message
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from broadsheet.core.email_addresses import clean_address
from broadsheet.core.secrets import keyed_digest
from broadsheet.mail.models import Email

NO_HOST = "localhost"  # where the paper's URL has a number in place of a name


class OutgoingEmail(EmailMessage):
    """An email for any of Django's backends, with a message that Python's own email package makes."""

    def __init__(self, email: Email) -> None:
        """Set the fields by which backends know an email."""
        super().__init__(email.subject or "", email.text or "", settings.MAIL_FROM, [email.recipient or ""])
        self.email = email

    def message(self, *, policy: Any = None) -> Any:
        """Return the message. Every attempt has the same Message-ID, so that a repeated email can be recognised."""
        del policy  # the recipient decides
        recipient = clean_address(self.to[0])
        local_part, _, domain = recipient.rpartition("@")
        message = Message(SMTP if recipient.isascii() else SMTPUTF8)
        name, address = parseaddr(settings.MAIL_FROM)
        message["From"] = Address(display_name=one_line(name or self.email.sender), addr_spec=address)
        message["To"] = Address(username=local_part, domain=domain)
        message["Subject"] = one_line(str(self.subject))
        message["Date"] = timezone.now()
        message["Message-ID"] = f"<{keyed_digest('message-id', str(self.email.pk))[:32]}@{host()}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply, please
        message.set_content(str(self.body), cte="quoted-printable")
        return message


def one_line(text: str) -> str:
    """Return a text without line ends and control characters, which no header may have."""
    return " ".join("".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text).split())


def host() -> str:
    """Return the paper's host in ASCII."""
    name = urlsplit(settings.BASE_URL).hostname or NO_HOST
    return NO_HOST if ":" in name else name.encode("idna").decode()
