"""The loop of the worker process: tasks, and in threads of their own the schedule, the emails and the purges."""

import logging
import os
import secrets
import signal
import socket
import threading
import time
from datetime import timedelta
from pathlib import Path

from django.db import Error, close_old_connections, connection
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from broadsheet.core import schedule
from broadsheet.mail.delivery import deliver
from broadsheet.pagecache.consumer import consume_purges, send_cdn_purges

logger = logging.getLogger(__name__)

POLL_INTERVAL = 0.5  # seconds
ABANDONED_AFTER = timedelta(hours=1)
REQUEUE_INTERVAL = 60.0  # seconds
ENDED = frozenset({"Z", "X"})  # proc(5): zombie and dead
START_TIME = 18  # proc(5): the place of field 22 after the state, which is field 3
SOCKET_TIMEOUT = 10.0  # seconds; Wagtail calls the caches in front without a timeout, which would block all later tasks


def run() -> int:
    """Work until SIGTERM, then finish the task and the scheduled command in progress.

    Returns 0 after SIGTERM or SIGINT, and 1 where a thread has died, so that the supervisor restarts the process.
    """
    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)  # it logs every start, which is twice a second here
    worker_id = worker_id_of(os.getpid())
    worker = Worker(
        queue_names=["*"],
        interval=POLL_INTERVAL,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
        excluded_queue_names=[],
    )
    stop = threading.Event()

    def request_stop(*_: object) -> None:
        worker.running = False
        stop.set()

    socket.setdefaulttimeout(SOCKET_TIMEOUT)
    signal.signal(signal.SIGTERM, request_stop)
    signal.signal(signal.SIGINT, request_stop)
    threads = [
        threading.Thread(target=schedule.run_schedule, args=(stop,), kwargs={"holder": worker_id}, name="schedule"),
        threading.Thread(target=deliver, args=(stop,), name="emails"),
        threading.Thread(target=consume_purges, args=(stop,), name="purges"),
        threading.Thread(target=send_cdn_purges, args=(stop,), name="front caches"),
    ]
    for thread in threads:
        thread.start()
    try:
        process_tasks(worker, threads, stop)
        stopped_by_signal = stop.is_set()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return 0 if stopped_by_signal else 1


def process_tasks(worker: Worker, threads: list[threading.Thread], stop: threading.Event) -> None:
    """Run waiting tasks, polling twice a second, until `stop` is set or a thread has died.

    Polling takes no lock on the database. While the database is away, the loop logs it once and tries again.
    """
    next_look, logged = 0.0, False
    while not stop.is_set() and all(thread.is_alive() for thread in threads):
        try:
            close_old_connections()
            if time.monotonic() >= next_look:
                requeue_abandoned_tasks()
                next_look = time.monotonic() + REQUEUE_INTERVAL
            logged = False
            if DBTaskResult.objects.ready().exists():
                worker.run()
        except Error as error:
            if not logged:
                logger.warning("The worker could not reach the database (%s); it will try again.", error)
            next_look, logged = 0.0, True
            connection.close()
        stop.wait(POLL_INTERVAL)


def requeue_abandoned_tasks() -> int:
    """Put the tasks of killed workers back in the queue and return their number. A task may run twice, never not."""
    abandoned = [task for task in DBTaskResult.objects.running() if is_abandoned(task)]
    for task in abandoned:
        DBTaskResult.objects.running().filter(pk=task.pk).update(status=TaskResultStatus.READY)
    if abandoned:
        logger.warning("Tasks left unfinished by a killed worker, now queued again: %s", len(abandoned))
    return len(abandoned)


def is_abandoned(task: DBTaskResult) -> bool:
    """Return whether the task's worker no longer runs on this machine, or has taken longer than any task may."""
    host, pid, beginning, *_ = [*str(task.worker_ids[-1] if task.worker_ids else "").split(":"), "", ""]
    if host == socket.gethostname()[:32] and pid.isdecimal():
        # Our own tasks count, because this process is between two tasks.
        return int(pid) == os.getpid() or began(int(pid)) != beginning
    return bool(task.started_at and task.started_at < timezone.now() - ABANDONED_AFTER)


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
