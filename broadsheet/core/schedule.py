"""The schedule: management commands with cron times in UTC, run by one process at a time.

A time that was missed, for whatever reason, is made up for once.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from cronsim import CronSim
from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections, connection
from django.utils import timezone

from broadsheet.core.attempts import Attempts, Hanging
from broadsheet.core.failures import outcome_of
from broadsheet.core.models import Lease, ScheduledRun
from broadsheet.core.polling import poll_forever

logger = logging.getLogger(__name__)

PART = "schedule"
LEASE = "schedule"
LEASE_DURATION = timedelta(seconds=30)
TICK = 5.0  # seconds; the lease is renewed six times before it ends
PATIENCE = 5.0  # seconds for a command; one that takes longer goes on beside the others
OVERDUE_AFTER = timedelta(minutes=3)  # a worker looks for due commands every few seconds


def run_schedule(stop: threading.Event, *, holder: str) -> None:
    """Run due commands whenever `holder` has the lease, until `stop` is set."""
    with Attempts(PATIENCE) as attempts:
        poll_forever(stop, lambda: _run_due_as(holder, stop, attempts), part=PART, interval=TICK)
    if error := outcome_of(lambda: Lease.objects.release(LEASE, holder=holder)):
        logger.warning("The lease of the schedule could not be released (%s); it will expire by itself.", error)
    outcome_of(connection.close)


def run_due(stop: threading.Event, attempts: Attempts, may_run: Callable[[], bool] = lambda: True) -> None:
    """Run every due command, one after the other. A command that fails or hangs does not stop the others.

    A new command waits for its next time: those of the night would keep a paper that has just started from writing.
    """
    new = settings.SCHEDULE.keys() - set(ScheduledRun.objects.values_list("command", flat=True))
    if new and not stop.is_set():
        now = timezone.now()
        rows = [ScheduledRun(command=command, last_run_at=now) for command in sorted(new)]
        ScheduledRun.objects.bulk_create(rows, ignore_conflicts=True)
    for command, last_run_at, now in due():
        if stop.is_set() or not may_run():
            return
        if command in attempts.items() or not _claim(command, last_run_at, now):
            continue
        error = attempts.run(command, partial(call_command, command, verbosity=0))
        if error and not isinstance(error, Hanging):
            logger.error(
                "The scheduled command %s failed. It will run again at its next time.", command, exc_info=error
            )


def _run_due_as(holder: str, stop: threading.Event, attempts: Attempts) -> None:
    def holds_lease() -> bool:
        """Renew the lease before each command: the commands before it may have taken a while."""
        return Lease.objects.take(LEASE, holder=holder, lasting=LEASE_DURATION)

    close_old_connections()
    if holds_lease():
        run_due(stop, attempts, may_run=holds_lease)


def overdue_commands() -> list[str]:
    """Return the commands that should have run by now, three minutes ago at least. Raises DatabaseError."""
    limit = timezone.now() - OVERDUE_AFTER
    runs = ScheduledRun.objects.filter(command__in=settings.SCHEDULE, last_run_at__lt=limit).order_by("command")
    return [run.command for run in runs if next(CronSim(settings.SCHEDULE[run.command], run.last_run_at)) < limit]


def due() -> Iterator[tuple[str, datetime, datetime]]:
    """Yield each due command with the time of its last run and the present time."""
    last_runs = dict(ScheduledRun.objects.values_list("command", "last_run_at"))
    for command in [command for command in settings.SCHEDULE if command in last_runs]:
        last_run_at, now = last_runs[command], timezone.now()
        # A run in the future dates from before the clock was set back; waiting for that time could take days.
        if last_run_at > now or next(CronSim(settings.SCHEDULE[command], last_run_at)) <= now:
            yield command, last_run_at, now


def _claim(command: str, last_run_at: datetime, now: datetime) -> bool:
    # Before the run and not after it: so even a second process that wrongly holds the lease does not repeat it.
    return bool(ScheduledRun.objects.filter(command=command, last_run_at=last_run_at).update(last_run_at=now))
