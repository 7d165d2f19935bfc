"""The schedule: management commands with cron times in UTC, run by one process at a time.

A time that was missed, for whatever reason, is made up for once.
"""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from cronsim import CronSim
from django.conf import settings
from django.core.management import call_command
from django.db import Error, connections
from django.utils import timezone

from broadsheet.core.models import Lease, ScheduledRun

logger = logging.getLogger(__name__)

LEASE = "schedule"
LEASE_DURATION = timedelta(seconds=30)
TICK = 5.0  # seconds; the lease is renewed six times before it ends


def run_schedule(stop: threading.Event, *, holder: str) -> None:
    """Run due commands whenever `holder` has the lease, until `stop` is set; the lease is renewed meanwhile."""
    running: Future[None] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="schedule") as executor:
        while not stop.is_set():
            if _holds_lease(holder) and (running is None or running.done()):
                running = executor.submit(_run_due_in_thread, stop)
            stop.wait(TICK)
    _release_lease(holder)


def run_due(stop: threading.Event) -> None:
    """Run every due command, one after the other. A command that fails is logged and does not stop the others."""
    for command, last_run_at, now in due():
        if not stop.is_set() and _claim(command, last_run_at, now):
            _run(command)


def due() -> Iterator[tuple[str, datetime | None, datetime]]:
    """Yield each due command with the time of its last run and the present time."""
    last_runs = dict(ScheduledRun.objects.values_list("command", "last_run_at"))
    for command, cron_expression in settings.SCHEDULE.items():
        last_run_at, now = last_runs.get(command), timezone.now()
        # A run in the future dates from before the clock was set back; waiting for that time could take days.
        if last_run_at is None or last_run_at > now or next(CronSim(cron_expression, last_run_at)) <= now:
            yield command, last_run_at, now


def _claim(command: str, last_run_at: datetime | None, now: datetime) -> bool:
    # Before the run and not after it: so even a second process that wrongly holds the lease does not repeat it.
    if last_run_at is None:
        return ScheduledRun.objects.get_or_create(command=command, defaults={"last_run_at": now})[1]
    return bool(ScheduledRun.objects.filter(command=command, last_run_at=last_run_at).update(last_run_at=now))


def _run(command: str) -> None:
    try:
        call_command(command, verbosity=0)
    except Exception:
        logger.exception("The scheduled command %s failed. It will run again at its next time.", command)


def _run_due_in_thread(stop: threading.Event) -> None:
    try:
        run_due(stop)
    except Error as error:
        logger.warning("The schedule could not reach the database (%s); it will try again.", error)
    finally:
        connections.close_all()  # those of the executor's thread


def _holds_lease(holder: str) -> bool:
    try:
        return Lease.objects.take(LEASE, holder=holder, lasting=LEASE_DURATION)
    except Error as error:
        logger.warning("The schedule could not reach the database (%s); it will try again.", error)
        return False
    finally:
        connections.close_all()


def _release_lease(holder: str) -> None:
    try:
        Lease.objects.release(LEASE, holder=holder)
    except Error as error:
        logger.warning("The lease of the schedule could not be released (%s); it will expire by itself.", error)
    finally:
        connections.close_all()
