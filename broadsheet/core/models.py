"""The leases and the last runs of the schedule."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

CLOCK_WAS_SET_BACK = 10  # times the duration of a lease that it may still last; more, and its clock was wrong


class LeaseQuerySet(models.QuerySet["Lease"]):
    """Leases, each held by one process at a time."""

    def take(self, name: str, *, holder: str, lasting: timedelta) -> bool:
        """Take the lease for `holder`, or renew it, and return True; return False while another process holds it.

        A lease that lasts far longer than `lasting` was taken before the clock was set back, and counts as expired.
        """
        now = timezone.now()
        expired = models.Q(until__lte=now) | models.Q(until__gt=now + CLOCK_WAS_SET_BACK * lasting)
        if self.filter(expired | models.Q(holder=holder), name=name).update(holder=holder, until=now + lasting):
            return True
        Lease.objects.bulk_create([Lease(name=name, holder=holder, until=now + lasting)], ignore_conflicts=True)
        return self.filter(name=name, holder=holder).exists()

    def release(self, name: str, *, holder: str) -> None:
        """End the lease if `holder` has it."""
        self.filter(name=name, holder=holder).update(until=timezone.now())


class Lease(models.Model):
    """The exclusive right of a process to do a job for a while, such as to run the schedule."""

    name = models.CharField(max_length=80, primary_key=True)
    holder = models.CharField(max_length=120)
    until = models.DateTimeField()

    objects = LeaseQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} held by {self.holder} until {self.until:%H:%M:%S}"


class ScheduledRun(models.Model):
    """The last run of a scheduled command. The newest of all rows tells whether a worker is running."""

    command = models.CharField(max_length=80, primary_key=True)
    last_run_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.command} at {self.last_run_at:%Y-%m-%d %H:%M}"
