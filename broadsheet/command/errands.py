"""The worker: does the tasks that wait, and beside them keeps the clock, delivers emails and follows purges."""

import logging
import os
import secrets
import signal
import socket
import threading
from datetime import timedelta

from django.db import Error, close_old_connections, connection
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from broadsheet.core import schedule
from broadsheet.mail.delivery import deliver
from broadsheet.pagecache.consumer import follow, tell_in_front

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds
GIVEN_UP_AFTER = timedelta(hours=1)
SILENCE = 10.0  # seconds; Wagtail asks the caches in front without any limit, and the next task would wait for ever


def work() -> int:
    """Works until SIGTERM; the task and the scheduled command that are under way are finished."""
    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)  # it would say twice a second that it starts
    name = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
    worker = Worker(
        queue_names=["*"],
        interval=LOOK_EVERY,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name,
        excluded_queue_names=[],
    )
    stop = threading.Event()

    def end(*_: object) -> None:
        worker.running = False
        stop.set()

    socket.setdefaulttimeout(SILENCE)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    beside = [
        threading.Thread(target=schedule.keep, args=(stop,), kwargs={"holder": name}, name="clock"),
        threading.Thread(target=deliver, args=(stop,), name="emails"),
        threading.Thread(target=follow, args=(stop,), name="purges"),
        threading.Thread(target=tell_in_front, args=(stop,), name="in front"),
    ]
    for thread in beside:
        thread.start()
    try:
        do_tasks(worker, beside, stop)
        asked = stop.is_set()
    finally:
        stop.set()
        for thread in beside:
            thread.join()
    return 0 if asked else 1


def do_tasks(worker: Worker, beside: list[threading.Thread], stop: threading.Event) -> None:
    """Looks for waiting tasks twice a second, without a lock on the database while there are none.

    Where the database goes away it waits until it is back. Returns when it is asked to end, or somebody beside it is
    dead: then the supervisor begins all of it again.
    """
    sure, told = False, False  # that nothing is left half done; that something is wrong
    while not stop.is_set() and all(thread.is_alive() for thread in beside):
        try:
            close_old_connections()
            if not sure:
                begin_again_what_was_left()
            sure, told = True, False
            if DBTaskResult.objects.ready().exists():
                worker.run()
        except Error as error:
            if not told:
                logger.warning("The worker could not reach the database (%s); it tries again.", error)
            sure, told = False, True
            connection.close()
        stop.wait(LOOK_EVERY)


def begin_again_what_was_left() -> int:
    """Puts back what a killed worker left unfinished, and returns how many: a task may be done twice, never not."""
    left = [task for task in DBTaskResult.objects.running() if was_left(task)]
    for task in left:
        DBTaskResult.objects.running().filter(pk=task.pk).update(status=TaskResultStatus.READY)
    if left:
        logger.warning("%s tasks were left unfinished by a worker that was killed; they are begun again.", len(left))
    return len(left)


def was_left(task: DBTaskResult) -> bool:
    """Whether the worker that had it is gone from this machine, or took longer than any task may."""
    host, _, rest = str(task.worker_ids[-1] if task.worker_ids else "").partition(":")
    if host == socket.gethostname()[:32] and rest:
        return not is_alive(int(rest.partition(":")[0]))
    return bool(task.started_at and task.started_at < timezone.now() - GIVEN_UP_AFTER)


def is_alive(pid: int) -> bool:
    """Whether a process with this number runs, and is not ourselves, who are between two tasks."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid != os.getpid()
