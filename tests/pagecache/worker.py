"""A worker who does the tasks that wait in the database, and asks the front of the reader who stands beside."""

from collections.abc import Iterable
from typing import Any

from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from broadsheet.pagecache.server import StartResponse
from broadsheet.pagecache.tasks import bake
from tests.pagecache.readers import Reader, connection_kept

APPLICATION = "tests.pagecache.worker.application"
IN_THE_DATABASE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
beside: list[Reader] = []


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Stands where the paper's settings name its WSGI application."""
    return beside[-1].front(environ, start_response)


def waiting() -> list[DBTaskResult]:
    """What is to be baked, due or not, the oldest first; Wagtail has tasks of its own beside."""
    asked = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=bake.module_path)
    return list(asked.order_by("enqueued_at"))


def work() -> list[DBTaskResult]:
    """Bakes what waits to be baked, and returns what was done."""
    worker = Worker(
        queue_names=["*"],
        interval=1,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="test",
        excluded_queue_names=[],
    )
    done = waiting()
    with connection_kept():
        for one in done:
            one.claim("test")
            worker.run_task(one)
    return done
