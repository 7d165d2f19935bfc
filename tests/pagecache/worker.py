"""A worker that runs the tasks in the database, and requests pages of a test's own page server."""

from collections.abc import Iterable
from typing import Any

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from broadsheet.command.task_loop import run_task
from broadsheet.pagecache.server import StartResponse
from broadsheet.pagecache.tasks import bake
from tests.pagecache.readers import Reader, open_connection

APPLICATION = "tests.pagecache.worker.application"
IN_THE_DATABASE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
readers: list[Reader] = []  # the last is the one whose page server answers


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The WSGI application that the settings name."""
    return readers[-1].server(environ, start_response)


def enqueued() -> list[DBTaskResult]:
    """The tasks that bake pages, due or not, the oldest first; Wagtail enqueues tasks of its own."""
    tasks = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=bake.module_path)
    return list(tasks.order_by("enqueued_at"))


def run_tasks() -> list[DBTaskResult]:
    """Runs the tasks that bake pages, and returns them."""
    tasks = enqueued()
    with open_connection():
        for task in tasks:
            task.claim("test")
            run_task(task.pk)
            task.refresh_from_db()
    return tasks
