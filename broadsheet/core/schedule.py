"""Runs management commands by their cron times in UTC: in one process of all, and each missed time once."""

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
LASTING = timedelta(seconds=30)
TICK = 5.0  # seconds; the lease is renewed six times before it ends


def keep(stop: threading.Event, *, holder: str) -> None:
    """Keeps the clock until `stop`: whoever holds the lease runs what is due, and renews the lease meanwhile."""
    running: Future[None] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="schedule") as hands:
        while not stop.is_set():
            if _holds_lease(holder) and (running is None or running.done()):
                running = hands.submit(_turn, stop)
            stop.wait(TICK)
    _give_up(holder)


def run_due(stop: threading.Event) -> None:
    """Runs every command whose time has come since it last ran, one after the other; one that fails stops no other."""
    for command, seen, now in due():
        if not stop.is_set() and _claim(command, seen, now):
            _run(command)


def due() -> Iterator[tuple[str, datetime | None, datetime]]:
    """Yields command, when it last ran, and now. One that never ran is due, and so is one that ran in the future."""
    last = dict(ScheduledRun.objects.values_list("command", "last_run_at"))
    for command, times in settings.SCHEDULE.items():
        seen, now = last.get(command), timezone.now()
        if seen is None or seen > now or next(CronSim(times, seen)) <= now:
            yield command, seen, now


def _claim(command: str, seen: datetime | None, now: datetime) -> bool:
    """Writes the run down before it begins, so that even without the lease nobody else begins the same."""
    if seen is None:
        return ScheduledRun.objects.get_or_create(command=command, defaults={"last_run_at": now})[1]
    return bool(ScheduledRun.objects.filter(command=command, last_run_at=seen).update(last_run_at=now))


def _run(command: str) -> None:
    try:
        call_command(command, verbosity=0)
    except Exception:
        logger.exception("The scheduled command %s failed. It runs again at its next time.", command)


def _turn(stop: threading.Event) -> None:
    """One turn in a thread of its own, with a database connection of its own."""
    try:
        run_due(stop)
    except Error as error:
        logger.warning("The schedule could not reach the database (%s); it tries again.", error)
    finally:
        connections.close_all()


def _holds_lease(holder: str) -> bool:
    try:
        return Lease.objects.take(LEASE, holder=holder, lasting=LASTING)
    except Error as error:
        logger.warning("The schedule could not reach the database (%s); it tries again.", error)
        return False
    finally:
        connections.close_all()


def _give_up(holder: str) -> None:
    """Lets the next process begin at once; where that fails, the lease ends by itself."""
    try:
        Lease.objects.release(LEASE, holder=holder)
    except Error as error:
        logger.warning("The lease of the schedule was not given back (%s); it ends by itself.", error)
    finally:
        connections.close_all()
