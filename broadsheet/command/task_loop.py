"""The tasks of the worker: claimed one at a time, and run so that none of them stops the others (ADR 35)."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Collection, Hashable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.db import close_old_connections
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from broadsheet.core import pulses
from broadsheet.core.attempts import Attempts
from broadsheet.core.failures import outcome_of, traceback_of
from broadsheet.core.polling import poll_forever

logger = logging.getLogger(__name__)

PART = "tasks"  # of the worker
POLL_INTERVAL = 0.5  # seconds
PATIENCE = 30.0  # seconds for a task; one that takes longer goes on beside the others
ABANDONED_AFTER = timedelta(hours=1)
REQUEUE_INTERVAL = timedelta(minutes=1)
MAX_RUNS = 3  # of a task during which the worker was killed each time, perhaps by the task
ENDED = frozenset({"Z", "X"})  # proc(5): zombie and dead
START_TIME = 18  # proc(5): the place of field 22 after the state, which is field 3


class Abandoned(Exception):
    """The worker was killed while it ran the task, three times."""


def run_tasks(stop: threading.Event, *, worker_id: str) -> None:
    """Run waiting tasks until `stop` is set; a task in progress is finished. Polling takes no lock on the database."""
    with Attempts(PATIENCE) as attempts:
        loop = TaskLoop(stop, worker_id, attempts)
        poll_forever(stop, loop.run_waiting, part=PART, interval=POLL_INTERVAL)


class TaskLoop:
    """The rounds of one worker through the waiting tasks."""

    def __init__(self, stop: threading.Event, worker_id: str, attempts: Attempts) -> None:
        self.stop, self.worker_id, self.attempts = stop, worker_id, attempts
        self.next_requeue = timezone.now()

    def run_waiting(self) -> None:
        """Run the waiting tasks; once a minute, put abandoned ones back in the queue before. Raises DatabaseError."""
        close_old_connections()
        now = timezone.now()
        if not timedelta() < self.next_requeue - now < 2 * REQUEUE_INTERVAL:  # the latter after the clock was set back
            requeue_abandoned(in_progress=self.attempts.items())
            self.next_requeue = now + REQUEUE_INTERVAL
        while not self.stop.is_set() and (pk := self._claim_next()):
            self.attempts.run(pk, partial(run_task, pk))
            pulses.beat(PART)

    def _claim_next(self) -> UUID | None:
        """Claim a task without reading its arguments, which may be what makes it fail; None where no task waits."""
        while (pk := DBTaskResult.objects.ready().values_list("pk", flat=True).first()) is not None:
            ids = [*worker_ids(pk), self.worker_id]
            claimed = {"status": TaskResultStatus.RUNNING, "started_at": timezone.now(), "worker_ids": ids}
            if DBTaskResult.objects.filter(pk=pk, status=TaskResultStatus.READY).update(**claimed):
                return pk
        return None


def run_task(pk: UUID) -> None:
    """Run a claimed task and record its result. A failure is recorded by type and place (promise 3)."""
    if error := outcome_of(partial(_run, pk)):
        _record_failure(pk, error)


def _run(pk: UUID) -> None:
    row = DBTaskResult.objects.get(pk=pk)
    result = row.task_result
    row.set_successful(row.task.call(*result.args, **result.kwargs))


def _record_failure(pk: UUID, error: BaseException) -> None:
    logger.error("Task %s failed.", pk, exc_info=error)
    DBTaskResult.objects.filter(pk=pk).update(
        status=TaskResultStatus.FAILED,
        finished_at=timezone.now(),
        return_value=None,
        exception_class_path=f"{type(error).__module__}.{type(error).__qualname__}",
        traceback=traceback_of(error),
    )


def requeue_abandoned(*, in_progress: Collection[Hashable] = ()) -> int:
    """Put the tasks of killed workers back in the queue and return their number. A task may run twice, never not.

    One that was abandoned three times is recorded as failed: it may be what kills the workers.
    """
    running = DBTaskResult.objects.running().values_list("pk", "started_at")
    abandoned = [pk for pk, at in running if pk not in in_progress and is_abandoned(worker_ids(pk), at)]
    for pk in abandoned:
        if len(worker_ids(pk)) >= MAX_RUNS:
            _record_failure(pk, Abandoned())
        else:
            DBTaskResult.objects.running().filter(pk=pk).update(status=TaskResultStatus.READY)
    if abandoned:
        logger.warning("Tasks left unfinished by a killed worker, now queued again: %s", len(abandoned))
    return len(abandoned)


def worker_ids(pk: UUID) -> list[str]:
    """Return the IDs of the workers that have claimed a task; empty where they cannot be read."""
    found: list[list[str]] = []
    task = DBTaskResult.objects.filter(pk=pk)
    error = outcome_of(lambda: found.extend(task.values_list("worker_ids", flat=True)))
    return found[0] if found and not error else []


def is_abandoned(ids: list[str], started_at: datetime | None) -> bool:
    """Return whether a task's worker no longer runs on this machine, or has taken longer than any task may."""
    host, pid, beginning, *_ = [*str(ids[-1] if ids else "").split(":"), "", ""]
    if host == socket.gethostname()[:32] and pid.isdecimal():
        # Those of this process count: the ones in progress are known, and left out before.
        return int(pid) == os.getpid() or began(int(pid)) != beginning
    return bool(started_at and started_at < timezone.now() - ABANDONED_AFTER)


def worker_id_of(pid: int) -> str:
    """Return an ID for the worker in a process of this machine: host, process, its beginning, and a random part."""
    return f"{socket.gethostname()[:32]}:{pid}:{began(pid)}:{secrets.token_hex(4)}"


def began(pid: int) -> str:
    """Return when a process began, in the kernel's clock ticks; empty where no process with this ID runs.

    A process that has ended but has not been reaped by its parent does not run; another process may get its ID later.
    """
    try:
        state, *others = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in ENDED else others[START_TIME]
