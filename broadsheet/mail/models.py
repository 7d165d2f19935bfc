"""Emails that wait for the mail server. What could tell about a person is sealed, and gone once it was handed over."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from broadsheet.core.fields import EncryptedTextField
from broadsheet.mail.states import EmailState

LONGEST_PAUSE = timedelta(hours=1)
MAX_ATTEMPTS = 30  # with the pauses of `backoff` about a day: a confirmation is of no use any later


class EmailQuerySet(models.QuerySet["Email"]):
    """Emails by what is to be done with them."""

    def due(self) -> "EmailQuerySet":
        """Those whose next attempt has come, or lies further ahead than any can: the clock was set back meanwhile."""
        now = timezone.now()
        come = models.Q(next_attempt_at__lte=now) | models.Q(next_attempt_at__gt=now + 2 * LONGEST_PAUSE)
        return self.filter(come, state=EmailState.QUEUED)


class Email(models.Model):
    """One email to one person."""

    purpose = models.CharField(max_length=40)
    recipient = EncryptedTextField(null=True)
    subject = EncryptedTextField(null=True)
    text = EncryptedTextField(null=True)
    state = models.CharField(max_length=8, choices=EmailState.choices, default=EmailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = EmailQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_attempt_at"], name="email_due", condition=models.Q(state="queued"))]
        constraints = [
            models.CheckConstraint(
                name="email_forgets_its_recipient",
                condition=models.Q(state="queued")
                | models.Q(recipient__isnull=True, subject__isnull=True, text__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"email {self.pk} ({self.purpose}, {self.state})"

    def backoff(self) -> timedelta:
        """How long to wait after the attempts so far: 1, 2, 4 … minutes, an hour at most."""
        return min(timedelta(minutes=2 ** max(self.attempts - 1, 0)), LONGEST_PAUSE)
