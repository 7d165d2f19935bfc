"""Two addresses for whoever watches the paper: /healthz, the process answers; /readyz, it can do its work.

They stand before Django, so that a watcher needs no host name of the paper's and no middleware needs the database. What
is to be looked at, while the work is done all the same, stands in the body of /readyz and leaves its status at 200.
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

from broadsheet.config.baked import TOO_LATE, fault_of_folder, fault_of_index, late
from broadsheet.core.models import ScheduledRun
from broadsheet.pagecache import actions as pagecache

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

PULSE = timedelta(minutes=3)  # within which a worker has run the schedule
LITTLE_ROOM = 100_000_000  # bytes
AHEAD = timedelta(minutes=1)  # by which the clocks of two machines may differ


def missing_migrations() -> list[str]:
    """Names the migrations that the code has and the database has not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def faults() -> list[str]:
    """Why the paper cannot do its work on this machine. Raises DatabaseError."""
    found = []
    if missing := missing_migrations():
        found.append(f"{len(missing)} migrations are missing")
    if why := fault_of_folder(settings.DATA):
        found.append(f"nothing can be written in the data folder ({why})")
    number, age = late(pagecache.store())
    if age > TOO_LATE:
        found.append(f"{number} purges are not carried out here, the oldest for {age.total_seconds():.0f} s")
    return found


def remarks() -> list[str]:
    """What somebody should look at, although the paper does its work. Raises DatabaseError."""
    found = []
    if why := fault_of_folder(settings.BAKED_PAGES):
        found.append(f"nothing can be baked, so each page is made for each reader ({why})")
    if why := fault_of_index(pagecache.store()):
        found.append(f"the index of baked pages is damaged ({why})")
    if (free := shutil.disk_usage(settings.DATA).free) < LITTLE_ROOM:
        found.append(f"only {free / 1e6:.0f} MB are free on the disk of the data folder")
    last, now = ScheduledRun.objects.aggregate(at=Max("last_run_at"))["at"], timezone.now()
    if last and now - last > PULSE:
        found.append(f"no worker has run the schedule for {(now - last).total_seconds():.0f} s")
    if last and last - now > AHEAD:
        found.append("the clock was set back: the schedule last ran in the future")
    return found


def readiness() -> tuple[HTTPStatus, list[str]]:
    """Whether the paper can do its work, and what is wrong, or at least to be looked at."""
    try:
        wrong = faults()
        told = [*wrong, *remarks()]
    except DatabaseError:
        wrong = told = ["the database cannot be reached"]
    finally:
        close_old_connections()
    return HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK, told or ["ok"]


def liveness() -> tuple[HTTPStatus, list[str]]:
    """That this process answers."""
    return HTTPStatus.OK, ["ok"]


def watched(application: Application) -> Application:
    """Answers /healthz and /readyz itself and hands everything else on."""
    questions = {"/healthz": liveness, "/readyz": readiness}

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        question = questions.get(environ["PATH_INFO"].rstrip("/"))
        if question is None:
            return application(environ, start_response)
        status, told = question()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        start_response(f"{status.value} {status.phrase}", headers)
        return ["".join(f"{line}\n" for line in told).encode()]

    return answer
