"""Looks at the paper itself: database, migrations, mail, clock, the worker's pulse. Needs Django to be set up."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.command.findings import Finding, fail, ok, warn
from broadsheet.command.post import mail
from broadsheet.command.trouble import database_sentence
from broadsheet.config import baked
from broadsheet.config.databases import journal_mode
from broadsheet.config.health import AHEAD, PULSE, missing_migrations
from broadsheet.core.models import ScheduledRun
from broadsheet.mail.models import Email
from broadsheet.mail.states import EmailState
from broadsheet.newsroom.models import Paper
from broadsheet.pagecache.actions import cdn_may_be_stale, store
from broadsheet.pagecache.edge import edge
from broadsheet.pagecache.errors import NotTold

MINUTE = "%Y-%m-%d %H:%M"
TOO_LONG_FOR_A_TASK = timedelta(hours=1)
LATELY = timedelta(days=30)
PATIENCE = 5.0  # seconds, for each cache in front
THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


def database() -> Finding:
    """Whether the database can be reached, and how it keeps its journal."""
    try:
        connection.ensure_connection()
        if connection.vendor != "sqlite":
            return ok("database", f"{connection.display_name} answers")
        with connection.cursor() as cursor:
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    except DatabaseError as error:
        return fail("database", database_sentence(error))
    if mode.upper() != journal_mode():
        return fail(
            "database",
            f"It is in journal mode {mode}, not {journal_mode()}: end whatever else has it open, and start again.",
        )
    return ok("database", f"SQLite answers, journal mode {mode}")


def migrations() -> Finding:
    """Whether the tables are those of this version."""
    try:
        missing = missing_migrations()
    except DatabaseError as error:
        return fail("migrations", database_sentence(error))
    if missing:
        count = f"{len(missing)} migrations are" if len(missing) > 1 else "One migration is"
        said = f"{count} missing in the database ({missing[0]} first). Back up, then run `broadsheet manage migrate`."
        return fail("migrations", said)
    return ok("migrations", "all applied")


def base_url() -> Finding:
    """Whether readers come in by https."""
    if settings.SECURE or settings.DEMO:
        return ok("base_url", settings.BASE_URL)
    if urlsplit(settings.BASE_URL).hostname in THIS_MACHINE:
        return warn(
            "base_url",
            f"{settings.BASE_URL} is this machine: set base_url in broadsheet.toml before others read the paper.",
        )
    return warn("base_url", f"{settings.BASE_URL} is not https: passwords and comments travel in the open.")


def clock() -> Finding:
    """Whether the clock has not been set back behind what was already written down."""
    last, now = ScheduledRun.objects.order_by("-last_run_at").first(), timezone.now()
    if last and last.last_run_at > now + AHEAD:
        return fail("clock", f"It shows {now:{MINUTE}} UTC; the schedule's last run was {last.last_run_at:{MINUTE}}.")
    return ok("clock", f"{now:{MINUTE}} UTC; the paper's zone is {Paper.load().time_zone}")


def pulse() -> Finding:
    """Whether a worker ran the schedule within three minutes."""
    last = ScheduledRun.objects.order_by("-last_run_at").first()
    if last is None:
        return warn("worker", "It has not run yet: `broadsheet serve` starts one, `broadsheet worker` is one.")
    said = f"The schedule last ran at {last.last_run_at:%Y-%m-%d %H:%M:%S} UTC"
    if timezone.now() - last.last_run_at > PULSE:
        return fail(
            "worker",
            f"{said}: emails and scheduled articles wait. Start `broadsheet serve` or `broadsheet worker`.",
        )
    return ok("worker", said)


def emails() -> Finding:
    """Whether emails were given up."""
    given_up = Email.objects.filter(state=EmailState.FAILED, created_at__gte=timezone.now() - LATELY)
    if count := given_up.count():
        failure = given_up.latest("pk").failure
        return warn(
            "emails", f"{count} were given up in the last 30 days, the latest for {failure}: look at the mail server."
        )
    return ok("emails", f"none given up, {Email.objects.due().count()} due")


def in_front() -> Finding:
    """Whether the caches in front hear what is purged."""
    about, front = "in front", edge()
    if not front.keeps:
        return ok(about, "nothing there may keep a page without asking")
    try:
        front.tell({"doctor"}, patience=PATIENCE)
    except NotTold as error:
        return fail(
            about,
            f"Not everybody there hears what is stale ({error}): readers may get what was removed. It is told again "
            "until it is heard; look at purge_addresses and purge_token, or switch that cache off.",
        )
    settled = "some is not settled yet" if cdn_may_be_stale() else "everything is settled"
    return ok(about, f"what is purged is heard, and settled within {front.settled_after:.0f} seconds; {settled}")


def tasks() -> Finding:
    """Whether tasks were left behind by a worker that was killed."""
    left = DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - TOO_LONG_FOR_A_TASK).count()
    if left:
        return warn(
            "tasks",
            f"{left} were begun over an hour ago and not finished. The next start of a worker begins them again.",
        )
    return ok("tasks", f"{DBTaskResult.objects.ready().count()} waiting")


def baked_pages() -> Finding:
    """Whether pages can be baked here, whether their index is sound, and whether what was purged is gone."""
    about, pages = "baked pages", store()
    if why := baked.fault_of_folder(pages.folder):
        return fail(
            about,
            f"Nothing can be written in {pages.folder} ({why}): each page is made for each reader, and what a reviewer "
            "removes may stay there. Give the user that runs broadsheet the right to it, or make room.",
        )
    if why := baked.fault_of_index(pages, baked.THOROUGHLY):
        return warn(
            about,
            f"The index is damaged ({why}): the next page or purge begins the folder anew. If this is said again, look "
            f"at the disk; {pages.folder} may be removed while the paper is not running.",
        )
    number, age = baked.late(pages)
    if age > baked.TOO_LATE:
        return fail(
            about,
            f"{number} purges were not carried out here, the oldest of {age.total_seconds() / 60:.0f} minutes ago: "
            "readers may get what was removed. Start `broadsheet serve` or `broadsheet worker`, and look into its log.",
        )
    megabytes = baked.size(pages.folder) / 1e6
    return ok(
        about, f"{baked.pages(pages)} of them, {megabytes:.1f} MB, index sound, {number} purges to be carried out"
    )


def of_the_paper() -> list[Finding]:
    """Everything that can be told once the tables are there; only the first two where they are not."""
    found = [database()]
    found += [migrations()] if found[0].level == "ok" else []
    if any(finding.level == "fail" for finding in found):
        return found
    looks: list[Callable[[], Finding]] = [base_url, mail, clock, pulse, emails, tasks, baked_pages, in_front]
    return found + [look() for look in looks]
