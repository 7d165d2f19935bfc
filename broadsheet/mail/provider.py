"""The mail server: how an email is handed to it, and which of its refusals are final."""

import re
from collections.abc import Sequence
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail.backends.smtp import EmailBackend

ENHANCED_STATUS = re.compile(rb"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")  # RFC 3463
MAILBOX_FULL = "2.2"  # RFC 3463: to be used as a persistent transient failure
INSUFFICIENT_STORAGE = 552  # RFC 5321, 4.5.3.1.10: to be treated as temporary
# These refuse us and not the recipient: the operator can put that right, and the email then leaves.
ABOUT_US = frozenset({421, 530, 534, 535, 538})
FIRST_PERMANENT, LAST_PERMANENT = 500, 599


class NeedsSmtpUtf8(Exception):
    """The address has letters that this server cannot transport."""


class SmtpBackend(EmailBackend):
    """Django's backend, which sends to addresses with any letters where the server can (SMTPUTF8, RFC 6531)."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        """Send the emails, on the connection that is open; raise the exception of the first that fails."""
        self.open()
        for email in email_messages:
            self.send_one(email)
        return len(email_messages)

    def send_one(self, email: Any) -> None:
        """Send an email; raise NeedsSmtpUtf8, SMTPException or OSError."""
        message = email.message()
        [recipient] = email.recipients()
        server: Any = self.connection
        server.ehlo_or_helo_if_needed()
        if not recipient.isascii() and not server.has_extn("smtputf8"):
            raise NeedsSmtpUtf8
        server.send_message(message, message["From"].addresses[0].addr_spec, [recipient])


def failure_of(error: BaseException) -> str:
    """Return the server's reply as its codes, which name nobody, or the type of the exception."""
    code, text = _reply(error)
    status = ENHANCED_STATUS.match(text)
    return " ".join([str(code), *([status[0].decode().strip()] if status else [])]) if code else type(error).__name__


def is_final(error: BaseException) -> bool:
    """Return whether another attempt would be refused too: the server refuses this recipient or this email.

    A reply of class 5 is final (RFC 5321, 4.2.1), unless its status says otherwise. Refusals of our sign-in or of the
    sender are not final, nor is trouble with the network.
    """
    if isinstance(error, NeedsSmtpUtf8 | ValidationError):
        return True
    if not isinstance(error, SMTPRecipientsRefused | SMTPDataError):
        return False
    code, text = _reply(error)
    if code in ABOUT_US or not FIRST_PERMANENT <= code <= LAST_PERMANENT:
        return False
    status = ENHANCED_STATUS.match(text)
    if status is None:
        return code != INSUFFICIENT_STORAGE
    return status[1] == b"5" and f"{status[2].decode()}.{status[3].decode()}" != MAILBOX_FULL


def _reply(error: BaseException) -> tuple[int, bytes]:
    """Return the server's code and text; 0 where the exception is not a reply."""
    if isinstance(error, SMTPRecipientsRefused):
        replies = list(error.recipients.values())
        return replies[0] if replies else (0, b"")
    if isinstance(error, SMTPResponseException):
        text = error.smtp_error
        return error.smtp_code, text if isinstance(text, bytes) else str(text).encode()
    return 0, b""
