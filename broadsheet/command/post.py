"""Tries the mail server, as the operator set it up, without any of the paper's letters."""

import smtplib
from email.message import EmailMessage

from django.conf import settings

from broadsheet.command.findings import Finding, fail, ok, warn

PATIENCE = 10  # seconds


def mail() -> Finding:
    """Whether a mail server is set up and lets us in."""
    if settings.DEMO:
        return ok("mail", "letters go to the outbox page of the demo")
    if not settings.EMAIL_HOST:
        return warn(
            "mail", "No mail server is set up, so no comment can be confirmed: set mail_host in broadsheet.toml."
        )
    try:
        _connect().quit()
    except (smtplib.SMTPException, OSError) as error:
        return fail("mail", _refused(error))
    return ok("mail", f"{settings.EMAIL_HOST} port {settings.EMAIL_PORT} lets us in")


def send_test(address: str) -> Finding:
    """Whether a test letter is taken by the mail server."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = settings.MAIL_FROM, address, "A test letter from your paper"
    letter.set_content(
        "This letter was asked for by `broadsheet doctor --send-test-to`. If you can read it, mail works.\n"
    )
    try:
        with _connect() as server:
            server.send_message(letter)
    except (smtplib.SMTPException, OSError) as error:
        return fail("test letter", _refused(error))
    return ok("test letter", f"{settings.EMAIL_HOST} took it for {address}; look whether it arrives")


def _connect() -> smtplib.SMTP:
    kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
    server = kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=PATIENCE)
    if settings.EMAIL_USE_TLS:
        server.starttls()
    if settings.EMAIL_HOST_USER:
        server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    return server


def _refused(error: Exception) -> str:
    return (
        f"{settings.EMAIL_HOST} port {settings.EMAIL_PORT} does not take our letters ({type(error).__name__}: {error})."
        " Look at the mail_… options in broadsheet.toml."
    )
