"""The task that bakes pages before the first reader asks for them."""

import logging
from datetime import timedelta
from functools import partial

from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from broadsheet.core.failures import outcome_of
from broadsheet.pagecache.baking import bake_page

logger = logging.getLogger(__name__)

BELOW_OTHERS = -10  # of Wagtail, for which editors wait
DELAY = timedelta(seconds=2)  # for the actor's own next request, and for a second publication


@task(priority=BELOW_OTHERS)
def bake(paths: list[str]) -> None:
    """Request each of these pages; those that are baked already are only read. A page that fails stops no other."""
    for path in paths:
        if error := outcome_of(partial(bake_page, path)):
            logger.error("A page could not be baked before its first reader.", exc_info=error)


def enqueue_bake(paths: list[str]) -> None:
    """Have a worker bake these pages after a delay, so that it is not in the way of the actor's next request."""
    bake.using(run_after=timezone.now() + DELAY).enqueue(paths)


def enqueued_paths() -> set[str]:
    """Return the paths of the tasks that have not started."""
    tasks = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=bake.module_path)
    return {path for arguments in tasks.values_list("args_kwargs", flat=True) for path in arguments["args"][0]}
