"""Bakes pages before the first reader asks for them."""

from django_tasks import task
from django_tasks_db.models import DBTaskResult

from broadsheet.pagecache.baking import baked

AFTER_LETTERS = -10  # letters are tasks too, and somebody waits for each


@task(priority=AFTER_LETTERS)
def bake(paths: list[str]) -> None:
    """Asks for each of these pages. What is baked already is only read, and what cannot be baked stays as it is."""
    for path in paths:
        baked(path)


def waiting() -> set[str]:
    """The pages that a worker is going to ask for in any case."""
    tasks = DBTaskResult.objects.ready().filter(task_path=bake.module_path)
    return {path for given in tasks.values_list("args_kwargs", flat=True) for path in given["args"][0]}
