"""The state of the worker: parts that died, and emails, tasks and scheduled commands that are late."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.core import pulses, schedule
from broadsheet.mail.models import Email

TASKS_OVERDUE_AFTER = timedelta(minutes=5)  # a worker begins each within a minute at most


def overdue_tasks() -> int:
    """Return the number of tasks that should have begun five minutes ago. Raises DatabaseError."""
    limit = timezone.now() - TASKS_OVERDUE_AFTER
    # A task for as soon as possible is stored with a time in the far future.
    is_late = Q(run_after__lt=limit) | Q(run_after__gt=timezone.now(), enqueued_at__lt=limit)
    return DBTaskResult.objects.ready().filter(is_late).count()


def problems() -> list[str]:
    """Return the problems of the worker; empty if it does all its work in time. Raises DatabaseError."""
    found = [f"the worker's part “{part}” has done nothing for {age:.0f} s" for part, age in silent_parts().items()]
    if count := Email.objects.overdue().count():
        found.append(f"emails overdue: {count}")
    if count := overdue_tasks():
        found.append(f"tasks overdue: {count}")
    if commands := schedule.overdue_commands():
        found.append(f"scheduled commands overdue: {', '.join(commands)}")
    return found


def silent_parts() -> dict[str, float]:
    """Return the parts of this machine's worker that have died or hang, with the seconds since their last round."""
    return pulses.silent_parts()
