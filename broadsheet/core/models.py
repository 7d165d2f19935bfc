"""Rows that no room owns: who holds which lease until when."""

from datetime import timedelta

from django.db import models
from django.utils import timezone


class LeaseQuerySet(models.QuerySet["Lease"]):
    """Leases, taken by one process at a time."""

    def take(self, name: str, *, holder: str, lasting: timedelta) -> bool:
        """Takes or renews the lease for `holder`; False while somebody else holds it.

        One that would last far longer than any does was taken before the clock was set back, and binds nobody.
        """
        now = timezone.now()
        free = models.Q(until__lte=now) | models.Q(until__gt=now + 10 * lasting) | models.Q(holder=holder)
        if self.filter(free, name=name).update(holder=holder, until=now + lasting):
            return True
        Lease.objects.bulk_create([Lease(name=name, holder=holder, until=now + lasting)], ignore_conflicts=True)
        return self.filter(name=name, holder=holder).exists()

    def release(self, name: str, *, holder: str) -> None:
        """Ends the lease, if it is still this holder's."""
        self.filter(name=name, holder=holder).update(until=timezone.now())


class Lease(models.Model):
    """The right to do something alone for a while, e.g. to run the schedule."""

    name = models.CharField(max_length=80, primary_key=True)
    holder = models.CharField(max_length=120)
    until = models.DateTimeField()

    objects = LeaseQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} held by {self.holder} until {self.until:%H:%M:%S}"


class ScheduledRun(models.Model):
    """When a command of the schedule last ran; the worker's pulse can be read from it."""

    command = models.CharField(max_length=80, primary_key=True)
    last_run_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.command} at {self.last_run_at:%Y-%m-%d %H:%M}"
