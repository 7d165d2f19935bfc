"""Emails for the mail server. Recipient, subject and text are encrypted, and deleted once they are handed over."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from broadsheet.core.fields import EncryptedTextField
from broadsheet.mail.states import EmailState

MAX_BACKOFF = timedelta(hours=1)
MAX_DELAY = 2 * MAX_BACKOFF  # an email that is due later than that was stored before the clock was set back
MAX_SENDER = 200  # characters
OVERDUE_AFTER = timedelta(minutes=5)
MAX_ATTEMPTS = 30  # about a day with the pauses of `backoff`; a confirmation link is valid no longer


class EmailQuerySet(models.QuerySet["Email"]):
    """Emails by the time of their next attempt."""

    def due(self) -> "EmailQuerySet":
        """Return the queued emails that are due, or due so far ahead that the clock must have been set back."""
        now = timezone.now()
        is_due = models.Q(next_attempt_at__lte=now) | models.Q(next_attempt_at__gt=now + MAX_DELAY)
        return self.filter(is_due, state=EmailState.QUEUED)

    def undeliverable(self, about: str) -> "EmailQuerySet":
        """Return the emails about a row that the mail server refused for good, or at every attempt."""
        return self.filter(state=EmailState.FAILED, about=about)

    def overdue(self) -> "EmailQuerySet":
        """Return the emails that have been due for five minutes, which a worker sends within seconds."""
        return self.filter(state=EmailState.QUEUED, next_attempt_at__lt=timezone.now() - OVERDUE_AFTER)


class Email(models.Model):
    """An email to one recipient. The database requires that an email forgets its recipient once it is not queued.

    `sender` is the name beside the sender's address; `about` names the row of another room that the email is about.
    `limit` is counted for `mailbox`, a keyed digest, before the first attempt; a second attempt counts no more.
    """

    purpose = models.CharField(max_length=40)
    recipient = EncryptedTextField(null=True)
    subject = EncryptedTextField(null=True)
    text = EncryptedTextField(null=True)
    state = models.CharField(max_length=8, choices=EmailState.choices, default=EmailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    sender = models.CharField(max_length=MAX_SENDER, blank=True, default="")
    about = models.CharField(max_length=40, blank=True, default="")
    limit = models.CharField(max_length=40, blank=True, default="")
    mailbox = models.CharField(max_length=65, null=True, editable=False)  # noqa: DJ001 - null: forgotten
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = EmailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], name="email_due", condition=models.Q(state="queued")),
            models.Index(fields=["about"], name="email_undeliverable", condition=models.Q(state="failed")),
            models.Index(fields=["about"], name="email_waiting", condition=models.Q(state="queued")),
        ]
        constraints = [
            models.CheckConstraint(
                name="email_forgets_its_recipient",
                condition=models.Q(state="queued")
                | models.Q(recipient__isnull=True, subject__isnull=True, text__isnull=True, mailbox__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"email {self.pk} ({self.purpose}, {self.state})"

    def backoff(self) -> timedelta:
        """Return the pause after the attempts so far: 1, 2, 4 … minutes, at most an hour."""
        return min(timedelta(minutes=2 ** max(self.attempts - 1, 0)), MAX_BACKOFF)
