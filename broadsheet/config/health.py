"""Health checks for monitoring: /healthz, whether the process answers; /readyz, whether it can do its work.

They are answered before Django, so that a monitor needs no host name of the paper, and no middleware the database. The
body of /readyz lists every problem; one that does not keep the paper from working leaves the status at 200. It answers
those who ask the machine itself; a request that a proxy passes on is sent on to the paper, which does not know it.
"""

import shutil
from collections.abc import Callable, Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.utils import timezone

from broadsheet.config import worker_health
from broadsheet.config.cache_health import PURGE_OVERDUE_AFTER, index_error, pending_purges, write_error
from broadsheet.core.models import ScheduledRun
from broadsheet.pagecache import actions as pagecache

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

SCHEDULE_OVERDUE_AFTER = timedelta(minutes=3)  # a worker runs a scheduled command every minute
FORWARDED = {"HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"}
LOW_DISK_SPACE = 100_000_000  # bytes
CLOCK_TOLERANCE = timedelta(minutes=1)  # by which the clocks of two machines may differ


def missing_migrations() -> list[str]:
    """Return the names of the migrations that the database lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def errors() -> list[str]:
    """Return the problems that keep the paper from working on this machine. Raises DatabaseError."""
    problems = []
    if missing := missing_migrations():
        problems.append(f"migrations not applied: {len(missing)}")
    if error := write_error(settings.DATA):
        problems.append(f"cannot write to the data folder ({error})")
    count, age = pending_purges(pagecache.store())
    if age > PURGE_OVERDUE_AFTER:
        problems.append(f"purges not carried out here: {count}, the oldest for {age.total_seconds():.0f} s")
    return problems


def warnings() -> list[str]:
    """Return the problems that need attention although the paper works. Raises DatabaseError."""
    problems = []
    if error := write_error(settings.BAKED_PAGES):
        problems.append(f"cannot bake pages, so each is rendered for every reader ({error})")
    if error := index_error(pagecache.store()):
        problems.append(f"the index of baked pages is damaged ({error})")
    if (free := shutil.disk_usage(settings.DATA).free) < LOW_DISK_SPACE:
        problems.append(f"only {free / 1e6:.0f} MB free on the disk of the data folder")
    last, now = ScheduledRun.objects.aggregate(at=Max("last_run_at"))["at"], timezone.now()
    if last and now - last > SCHEDULE_OVERDUE_AFTER:
        problems.append(f"no worker has run the schedule for {(now - last).total_seconds():.0f} s")
    elif last and last - now > CLOCK_TOLERANCE:
        problems.append("the clock was set back: the schedule last ran in the future")
    return [*problems, *worker_health.problems()]


def readiness() -> tuple[HTTPStatus, list[str]]:
    """Return 200 if the paper can do its work, otherwise 503, with all problems or "ok"."""
    try:
        found_errors = errors()
        problems = [*found_errors, *warnings()]
    except DatabaseError:
        found_errors = problems = ["the database cannot be reached"]
    finally:
        close_old_connections()
    return HTTPStatus.SERVICE_UNAVAILABLE if found_errors else HTTPStatus.OK, problems or ["ok"]


def is_forwarded(environ: dict[str, Any]) -> bool:
    """Return whether a proxy has passed a request on: the state of the machine is not for the public."""
    return not FORWARDED.isdisjoint(environ)


def liveness() -> tuple[HTTPStatus, list[str]]:
    """Return 200: this process answers."""
    return HTTPStatus.OK, ["ok"]


HEALTH_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
ENDPOINTS = {"/healthz": liveness, "/readyz": readiness}


def with_health_checks(application: Application) -> Application:
    """Return an application that answers /healthz and /readyz and passes other requests on to `application`."""

    def respond(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        endpoint = ENDPOINTS.get(environ["PATH_INFO"].rstrip("/"))
        if endpoint is None or (endpoint is readiness and is_forwarded(environ)):
            return application(environ, start_response)
        status, lines = endpoint()
        start_response(f"{status.value} {status.phrase}", [*HEALTH_HEADERS])
        return ["".join(f"{line}\n" for line in lines).encode()]

    return respond
