"""Does tasks in the tests as a worker would: our own never before the transaction that asked for them commits."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection, transaction
from django_tasks.backends.immediate import ImmediateBackend

OURS = "broadsheet."
WARMTH = "broadsheet.pagecache.tasks.bake"  # by name: tasks look for the backend while they are made
UPKEEP = {"modelsearch.tasks.insert_or_update_object_task", "wagtail.tasks.update_reference_index_task"}
INDEXES = ("_indexentry", "_referenceindex", "_searchentry")  # in the names of the tables that these tasks update


class AfterCommit(ImmediateBackend):
    """Stands where the paper keeps its tasks in the database.

    Wagtail's are done at once: most tests are one transaction that never commits, and editors want to find things.
    Pages stay cold: a test wants to see what a change has made stale. Warmth has tests of its own.
    """

    supports_defer = True

    def _execute_task(self, task_result: Any) -> None:
        path, do = task_result.task.module_path, partial(super()._execute_task, task_result)
        if path in UPKEEP and waiting.is_open:
            waiting.add(f"{path} {json.dumps([task_result.args, task_result.kwargs])}", do)
        elif not path.startswith(OURS):
            do()
        elif path != WARMTH:
            transaction.on_commit(do)


class Waiting:
    """Updates of Wagtail's indexes that wait until an index is read, so that repeated ones run once.

    An article is saved four times until it is published, and few tests read an index.
    """

    def __init__(self) -> None:
        self.is_open = False
        self.tasks: dict[str, Callable[[], None]] = {}

    def add(self, name: str, do: Callable[[], None]) -> None:
        """Put a task at the end, in place of an equal one."""
        self.tasks.pop(name, None)
        self.tasks[name] = do

    def before(self, execute: Callable[..., object], sql: str, *rest: Any) -> object:
        """Run all of them before a statement that concerns an index."""
        if self.tasks and any(name in sql for name in INDEXES):
            tasks, self.tasks = self.tasks, {}
            logs, connection.force_debug_cursor = connection.force_debug_cursor, False
            for do in tasks.values():
                do()
            connection.force_debug_cursor = logs
        return execute(sql, *rest)


waiting = Waiting()


@contextmanager
def lazy_indexes() -> Iterator[None]:
    """Postpone updates of the indexes until one is read, and drop the rest at the end of the block."""
    with connection.execute_wrapper(waiting.before):
        waiting.is_open = True
        yield
        waiting.is_open = False
        waiting.tasks.clear()
