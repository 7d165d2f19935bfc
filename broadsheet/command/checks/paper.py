"""Checks of the paper: database, migrations, mail, clock, worker and page caches. They need Django to be set up."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.command.checks.mail import mail_server
from broadsheet.command.checks.result import CheckResult, Level, fail, ok, warn
from broadsheet.command.messages import database_message
from broadsheet.config import cache_health
from broadsheet.config.databases import journal_mode
from broadsheet.config.health import CLOCK_TOLERANCE, SCHEDULE_OVERDUE_AFTER, missing_migrations
from broadsheet.core.models import ScheduledRun
from broadsheet.mail.models import Email
from broadsheet.mail.states import EmailState
from broadsheet.newsroom.models import Paper
from broadsheet.pagecache.actions import cdn_may_be_stale, store
from broadsheet.pagecache.edge import edge
from broadsheet.pagecache.errors import CdnPurgeFailed

MINUTE = "%Y-%m-%d %H:%M"
TASK_ABANDONED_AFTER = timedelta(hours=1)
UNDELIVERABLE_SINCE = timedelta(days=30)
PURGE_TIMEOUT = 5.0  # seconds, for each cache in front
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def database() -> CheckResult:
    """Check that the database can be reached and, on SQLite, uses the safe journal mode (ADR 6)."""
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
    last, now = ScheduledRun.objects.order_by("-last_run_at").first(), timezone.now()
    if last and last.last_run_at > now + CLOCK_TOLERANCE:
        return fail(
            "clock",
            f"It says {now:{MINUTE}} UTC, but the schedule last ran at {last.last_run_at:{MINUTE}} UTC. Check the "
            "machine's clock.",
        )
    return ok("clock", f"{now:{MINUTE}} UTC; the paper's time zone is {Paper.load().time_zone}")


def worker() -> CheckResult:
    """Check that a worker has run the schedule within the last three minutes."""
    last = ScheduledRun.objects.order_by("-last_run_at").first()
    if last is None:
        return warn("worker", "No worker has run yet. `broadsheet serve` and `broadsheet worker` start one.")
    message = f"The schedule last ran at {last.last_run_at:%Y-%m-%d %H:%M:%S} UTC"
    if timezone.now() - last.last_run_at > SCHEDULE_OVERDUE_AFTER:
        return fail(
            "worker",
            f"{message}, so emails and scheduled articles are late. Start `broadsheet serve` or `broadsheet worker`.",
        )
    return ok("worker", message)


def emails() -> CheckResult:
    """Check that no email of the last 30 days was undeliverable."""
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
    """Check that no task was abandoned by a worker that was killed."""
    abandoned = DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - TASK_ABANDONED_AFTER).count()
    if abandoned:
        return warn(
            "tasks",
            f"{abandoned} started over an hour ago and did not finish. The next worker to start runs them again.",
        )
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
    megabytes = cache_health.folder_size(pages.folder) / 1e6
    return ok(
        check,
        f"{cache_health.page_count(pages):,} baked, {megabytes:.1f} MB, index intact, {count} purges pending",
    )


def _purges(count: int) -> str:
    return f"{count} purges have" if count > 1 else "One purge has"


def paper_checks() -> list[CheckResult]:
    """Return the results for the paper; where the database or its migrations fail, no more than those."""
    results = [database()]
    results += [migrations()] if results[0].level == Level.OK else []
    if any(result.level == Level.FAIL for result in results):
        return results
    checks: list[Callable[[], CheckResult]] = [
        base_url,
        mail_server,
        clock,
        worker,
        emails,
        tasks,
        baked_pages,
        front_caches,
    ]
    return results + [check() for check in checks]
