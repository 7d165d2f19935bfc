"""Bakes pages before the first reader asks for them."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from broadsheet.pagecache.baking import baked

AFTER_EMAILS = -10  # emails are tasks too, and somebody waits for each
A_MOMENT = timedelta(seconds=2)  # in which an editor gets the answer, and may publish something more


@task(priority=AFTER_EMAILS)
def bake(paths: list[str]) -> None:
    """Asks for each of these pages. What is baked already is only read, and what cannot be baked stays as it is."""
    for path in paths:
        baked(path)


def bake_soon(paths: list[str]) -> None:
    """Has a worker bake these pages in a moment: its rendering must not be in the way of whoever has just published."""
    bake.using(run_after=timezone.now() + A_MOMENT).enqueue(paths)


def waiting() -> set[str]:
    """The pages that a worker is going to ask for in any case."""
    tasks = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=bake.module_path)
    return {path for given in tasks.values_list("args_kwargs", flat=True) for path in given["args"][0]}
