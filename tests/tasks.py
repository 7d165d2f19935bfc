"""Does tasks in the tests as a worker would: our own never before the transaction that asked for them commits."""

from functools import partial
from typing import Any

from django.db import transaction
from django_tasks.backends.immediate import ImmediateBackend

OURS = "broadsheet."
WARMTH = "broadsheet.pagecache.tasks.bake"  # by name: tasks look for the backend while they are made


class AfterCommit(ImmediateBackend):
    """Stands where the paper keeps its tasks in the database.

    Wagtail's are done at once: most tests are one transaction that never commits, and editors want to find things.
    Pages stay cold: a test wants to see what a change has made stale. Warmth has tests of its own.
    """

    supports_defer = True

    def _execute_task(self, task_result: Any) -> None:
        path, do = task_result.task.module_path, partial(super()._execute_task, task_result)
        if not path.startswith(OURS):
            do()
        elif path != WARMTH:
            transaction.on_commit(do)
