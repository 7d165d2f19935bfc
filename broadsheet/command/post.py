"""Tries the mail server, as the operator set it up, without any of the paper's emails."""

import smtplib
from email.message import EmailMessage

from django.conf import settings

from broadsheet.command.findings import Finding, fail, ok, warn

PATIENCE = 10  # seconds


def mail() -> Finding:
    """Whether a mail server is set up and lets us in."""
    if settings.DEMO:
        return ok("mail", "emails go to the outbox page of the demo")
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
    """Whether a test email is taken by the mail server."""
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = settings.MAIL_FROM, address, "A test email from your paper"
    email.set_content(
        "This email was asked for by `broadsheet doctor --send-test-to`. If you can read it, mail works.\n"
    )
    try:
        with _connect() as server:
            server.send_message(email)
    except (smtplib.SMTPException, OSError) as error:
        return fail("test email", _refused(error))
    return ok("test email", f"{settings.EMAIL_HOST} took it for {address}; look whether it arrives")


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
        f"{settings.EMAIL_HOST} port {settings.EMAIL_PORT} does not take our emails ({type(error).__name__}: {error})."
        " Look at the mail_… options in broadsheet.toml."
    )
