"""Checks of the paper: database, migrations, mail, clock, worker and page caches. They need Django to be set up."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.command.checks.mail import mail_server
from broadsheet.command.checks.result import CheckResult, Level, fail, ok, warn
from broadsheet.command.messages import database_message
from broadsheet.config import cache_health, worker_health
from broadsheet.config.databases import journal_mode
from broadsheet.config.health import CLOCK_TOLERANCE, SCHEDULE_OVERDUE_AFTER, missing_migrations
from broadsheet.core.models import ScheduledRun
from broadsheet.core.schedule import overdue_commands
from broadsheet.core.triggers import missing_triggers
from broadsheet.mail.models import Email
from broadsheet.mail.states import EmailState
from broadsheet.newsroom.models import Paper
from broadsheet.newsroom.queries import private_names
from broadsheet.pagecache.actions import cdn_may_be_stale, store
from broadsheet.pagecache.edge import edge
from broadsheet.pagecache.errors import CdnPurgeFailed

MINUTE = "%Y-%m-%d %H:%M"
TASK_ABANDONED_AFTER = timedelta(hours=1)
UNDELIVERABLE_SINCE = timedelta(days=30)
FAILED_SINCE = timedelta(days=7)
LOOK_AT_THE_WORKER = "Check the worker's log, and start `broadsheet serve` or `broadsheet worker` if none runs."
PURGE_TIMEOUT = 5.0  # seconds, for each cache in front
NO_DATABASE = (
    "If the paper is on PostgreSQL, set database_url in broadsheet.toml or BROADSHEET_DATABASE_URL; otherwise restore "
    "the file from a backup."
)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def database() -> CheckResult:
    """Check that the database can be reached and, on SQLite, uses the safe journal mode (ADR 6)."""
    file = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite" and not connection.is_in_memory_db() and not file.exists():  # type: ignore[attr-defined]
        return fail("database", f"{file} does not exist. {NO_DATABASE}")  # to connect would create an empty file
    try:
        connection.ensure_connection()
        if connection.vendor != "sqlite":
            return ok("database", f"connected to {connection.display_name}")
        with connection.cursor() as cursor:
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    except DatabaseError as error:
        return fail("database", database_message(error))
    if mode.upper() != journal_mode():
        return fail(
            "database",
            f"The journal mode is {mode}, not {journal_mode()}. Stop everything else that uses the file, then start "
            "again.",
        )
    return ok("database", f"SQLite, journal mode {mode}")


def migrations() -> CheckResult:
    """Check that every migration of this version has been applied."""
    try:
        missing = missing_migrations()
    except DatabaseError as error:
        return fail("migrations", database_message(error))
    if missing:
        count = f"{len(missing)} migrations have" if len(missing) > 1 else "One migration has"
        return fail(
            "migrations",
            f"{count} not been applied (first: {missing[0]}). Make a backup, then run `broadsheet manage migrate`.",
        )
    return ok("migrations", "all applied")


def tables() -> CheckResult:
    """Check that no table is missing and, on SQLite, that the whole file can be read."""
    try:
        missing = set(connection.introspection.django_table_names()) - set(connection.introspection.table_names())
        problem = f"missing: {', '.join(sorted(missing))}" if missing else ""
        if connection.vendor == "sqlite" and not problem:
            with connection.cursor() as cursor:
                found = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
            problem = "" if found == "ok" else " ".join(found.split())
    except DatabaseError as error:
        return fail("tables", database_message(error))
    if problem:
        return fail(
            "tables",
            f"The database is damaged ({problem}). Stop the paper, keep a copy of the database, and restore a backup.",
        )
    return ok("tables", "all present and intact" if connection.vendor == "sqlite" else "all present")


def demo() -> CheckResult:
    """Check that nobody but this machine reaches a demo, whose passwords are the same everywhere."""
    host = settings.OPTIONS.host
    if settings.DEMO and host not in LOOPBACK:
        return warn(
            "demo",
            f"Everybody who reaches {host} can sign in as an editor, because the demo's passwords are public. Leave "
            "out --host, or stop the demo as soon as you have shown it.",
        )
    return ok("demo", "for this machine only" if settings.DEMO else "not a demo")


def base_url() -> CheckResult:
    """Check that readers reach the paper over https and not at an address of this machine alone."""
    if settings.SECURE or settings.DEMO:
        return ok("base_url", settings.BASE_URL)
    if urlsplit(settings.BASE_URL).hostname in LOOPBACK:
        return warn(
            "base_url",
            f"{settings.BASE_URL} still points at this machine. Set base_url in broadsheet.toml before others read "
            "the paper.",
        )
    return warn("base_url", f"{settings.BASE_URL} is not https, so passwords and comments are sent unencrypted.")


def clock() -> CheckResult:
    """Check that the clock is not behind the last run of the schedule, as after it was set back."""
    last, now = ScheduledRun.objects.order_by("-last_run_at", "pk").first(), timezone.now()
    if last and last.last_run_at > now + CLOCK_TOLERANCE:
        return fail(
            "clock",
            f"It says {now:{MINUTE}} UTC, but the schedule last ran at {last.last_run_at:{MINUTE}} UTC. Check the "
            "machine's clock.",
        )
    return ok("clock", f"{now:{MINUTE}} UTC; the paper's time zone is {Paper.load().time_zone}")


def worker() -> CheckResult:
    """Check that a worker has run the schedule within the last three minutes, and that none of its parts has died."""
    last = ScheduledRun.objects.order_by("-last_run_at", "pk").first()
    if last is None:
        return warn("worker", "No worker has run yet. `broadsheet serve` and `broadsheet worker` start one.")
    message = f"The schedule last ran at {last.last_run_at:%Y-%m-%d %H:%M:%S} UTC"
    if timezone.now() - last.last_run_at > SCHEDULE_OVERDUE_AFTER:
        return fail(
            "worker",
            f"{message}, so emails and scheduled articles are late. Start `broadsheet serve` or `broadsheet worker`.",
        )
    if silent := worker_health.silent_parts():
        return fail(
            "worker",
            f"These parts of it have done nothing for over a minute: {', '.join(silent)}. Look for them in its log, "
            "then start `broadsheet serve` or `broadsheet worker` again.",
        )
    if commands := overdue_commands():
        return fail("worker", f"These scheduled commands are overdue: {', '.join(commands)}. Look for them in its log.")
    return ok("worker", message)


def emails() -> CheckResult:
    """Check that no email is overdue, and that none of the last 30 days was undeliverable."""
    if overdue := Email.objects.overdue().count():
        return fail("emails", f"{overdue} overdue by more than five minutes. {LOOK_AT_THE_WORKER}")
    undeliverable = Email.objects.filter(state=EmailState.FAILED, created_at__gte=timezone.now() - UNDELIVERABLE_SINCE)
    if count := undeliverable.count():
        return warn(
            "emails",
            f"{count} undeliverable in the last 30 days, the latest because of {undeliverable.latest('pk').failure}. "
            "Check the mail server.",
        )
    return ok("emails", f"none undeliverable, {Email.objects.due().count()} due")


def front_caches() -> CheckResult:
    """Check that the caches in front accept purges."""
    check, front = "caches in front", edge()
    if not front.stores_pages:
        return ok(check, "none configured")
    try:
        front.purge({"doctor"}, timeout=PURGE_TIMEOUT)
    except CdnPurgeFailed as error:
        return fail(
            check,
            f"Purges are not getting through ({error}), so readers may still see removed pages. They are sent again "
            "until they are accepted. Check purge_addresses and purge_token, or switch that cache off.",
        )
    state = "some are still pending" if cdn_may_be_stale() else "none is pending"
    return ok(check, f"purges are accepted and take effect within {front.confirmed_after:.0f} seconds; {state}")


def tasks() -> CheckResult:
    """Check that no task is overdue, was abandoned by a worker that was killed, or has failed within the last week."""
    if overdue := worker_health.overdue_tasks():
        return fail("tasks", f"{overdue} overdue by more than five minutes. {LOOK_AT_THE_WORKER}")
    now = timezone.now()
    abandoned = DBTaskResult.objects.running().filter(started_at__lt=now - TASK_ABANDONED_AFTER).count()
    if abandoned:
        return warn(
            "tasks",
            f"{abandoned} started over an hour ago and did not finish. The next worker to start runs them again.",
        )
    failed = DBTaskResult.objects.failed().filter(finished_at__gte=now - FAILED_SINCE).order_by("finished_at", "pk")
    if latest := failed.defer("args_kwargs").last():
        kind = latest.exception_class_path.rpartition(".")[2]
        return warn("tasks", f"{failed.count()} failed within a week, the latest {latest.task_path} ({kind}).")
    return ok("tasks", f"{DBTaskResult.objects.ready().count()} waiting")


def baked_pages() -> CheckResult:
    """Check that pages can be baked on this machine, that their index is intact, and that purges are carried out."""
    check, pages = "baked pages", store()
    if error := cache_health.write_error(pages.folder):
        return fail(
            check,
            f"Cannot write to {pages.folder} ({error}), so every page is rendered for every reader, and pages that a "
            "reviewer removes may remain. Give the user that runs broadsheet write access, or free some disk space.",
        )
    if error := cache_health.index_error(pages, cache_health.FULL_CHECK):
        return warn(
            check,
            f"The index is damaged ({error}). The next page or purge rebuilds the folder. If this happens again, check "
            f"the disk; {pages.folder} may be deleted while the paper is stopped.",
        )
    count, age = cache_health.pending_purges(pages)
    if age > cache_health.PURGE_OVERDUE_AFTER:
        return fail(
            check,
            f"{_purges(count)} not been carried out here, the oldest for {age.total_seconds() / 60:.0f} minutes, so "
            "readers may still see removed pages. Start `broadsheet serve` or `broadsheet worker`, and check its log.",
        )
    size = f"{cache_health.folder_size(pages.folder) / 1e6:.1f} of {pages.max_bytes / 1e6:,.0f} MB"
    return ok(
        check,
        f"{cache_health.page_count(pages):,} baked, {size}, index intact, {count} purges pending",
    )


def _purges(count: int) -> str:
    return f"{count} purges have" if count > 1 else "One purge has"


def triggers() -> CheckResult:
    """Check that the database has each trigger that the migrations declare, and as this version declares it."""
    check = "triggers"
    if missing := sorted(missing_triggers()):
        return fail(
            check,
            f"Missing, or of an older version: {', '.join(missing)}. Readers may still see what is taken off the site, "
            "and decisions can be altered. Run `broadsheet manage migrate`, which sets them.",
        )
    return ok(check, "all set")


def visibility() -> CheckResult:
    """Check that no page or collection is private."""
    check = "visibility"
    if names := private_names():
        quoted = ", ".join(f"“{name}”" for name in names)
        return warn(
            check,
            f"Private, and therefore hidden from all readers with everything beneath: {quoted}. Unpublish what is to "
            "stay hidden, then run `broadsheet manage lift_privacy`, which makes the rest public.",
        )
    return ok(check, "no page or collection is private")


def paper_checks() -> list[CheckResult]:
    """Return the results for the paper; where the database or its migrations fail, no more than those."""
    results = [database()]
    results += [migrations(), tables()] if results[0].level == Level.OK else []
    if any(result.level == Level.FAIL for result in results):
        return results
    checks: list[Callable[[], CheckResult]] = [
        base_url,
        demo,
        mail_server,
        clock,
        worker,
        emails,
        tasks,
        triggers,
        visibility,
        baked_pages,
        front_caches,
    ]
    return results + [check() for check in checks]
