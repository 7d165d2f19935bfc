"""Check of the mail server, with the operator's settings and independent of the outbox."""

import smtplib
from email.message import EmailMessage

from django.conf import settings

from broadsheet.command.checks.result import CheckResult, fail, ok, warn

TIMEOUT = 10  # seconds


def mail_server() -> CheckResult:
    """Check that a mail server is configured and accepts our sign-in."""
    if settings.DEMO:
        return ok("mail", "emails go to the demo's outbox page")
    if not settings.EMAIL_HOST:
        return warn(
            "mail",
            "No mail server is configured, so commenters cannot confirm their comments. Set mail_host in "
            "broadsheet.toml.",
        )
    try:
        _connect().quit()
    except (smtplib.SMTPException, OSError) as error:
        return fail("mail", _refused(error))
    return ok("mail", f"connected to {settings.EMAIL_HOST} port {settings.EMAIL_PORT}")


def send_test_email(address: str) -> CheckResult:
    """Send a test email and check that the mail server accepts it for delivery."""
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = settings.MAIL_FROM, address, "A test email from your paper"
    email.set_content("This email was sent by `broadsheet doctor --send-test-to`. If you can read it, mail works.\n")
    try:
        with _connect() as server:
            server.send_message(email)
    except (smtplib.SMTPException, OSError) as error:
        return fail("test email", _refused(error))
    return ok("test email", f"{settings.EMAIL_HOST} accepted it for {address}; please check that it arrives")


def _connect() -> smtplib.SMTP:
    smtp_class = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
    server = smtp_class(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=TIMEOUT)
    if settings.EMAIL_USE_TLS:
        server.starttls()
    if settings.EMAIL_HOST_USER:
        server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    return server


def _refused(error: Exception) -> str:
    return (
        f"{settings.EMAIL_HOST} port {settings.EMAIL_PORT} does not accept our emails "
        f"({type(error).__name__}: {error}). Check the mail_… options in broadsheet.toml."
    )
