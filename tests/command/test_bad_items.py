"""In every loop of the worker a bad item comes first, and the good one after it is done in the same round.

The bad one fails, ends its thread, hangs, or cannot be read; its failure names nobody.
"""

import fcntl
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from wagtail.models import Page, Revision

from broadsheet.bakery import store as bakery_store
from broadsheet.bakery.locks import lock_file
from broadsheet.command import task_loop
from broadsheet.core import schedule
from broadsheet.core.attempts import MAX_HANGING, Attempts, Hanging, TooManyHanging
from broadsheet.core.failures import outcome_of
from broadsheet.core.log_format import PrivateFormatter
from broadsheet.core.models import ScheduledRun
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import CommentState
from broadsheet.mail import actions as mail
from broadsheet.mail import delivery
from broadsheet.mail.models import Email
from broadsheet.mail.states import EmailState
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache import actions as pagecache
from broadsheet.pagecache.cdn import send_purges
from broadsheet.pagecache.errors import CdnPurgeFailed
from broadsheet.pagecache.models import Effect, Purge
from broadsheet.pagecache.tasks import bake
from tests.bakery.pages import page, put
from tests.command import bad_items
from tests.command.bad_items import refusing
from tests.factories import discussion, newsroom
from tests.pagecache.test_edge import Cache, set_up

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
ON_SQLITE = connection.vendor == "sqlite"
PATIENCE = 0.3  # seconds


class Loop(NamedTuple):
    """A loop of the worker: add a bad item, then a good one; make a round; is the good one done?"""

    bad: Callable[[str], object]
    good: Callable[[], object]
    round: Callable[[], object]
    is_done: Callable[[], bool]


@pytest.fixture(autouse=True)
def _emails_are_delivered() -> None:
    """Not here: the loop does it."""


@pytest.fixture(autouse=True)
def _set_up(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in (delivery, schedule, task_loop):
        monkeypatch.setattr(module, "PATIENCE", PATIENCE)
    monkeypatch.setattr(bakery_store, "PURGE_TIMEOUT", PATIENCE)
    settings.EMAIL_BACKEND = "tests.command.bad_items.Backend"
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    settings.BAKED_PAGES = tmp_path / "baked"
    bad_items.released.clear()
    bad_items.done.clear()
    yield
    bad_items.released.set()


def emails(_: object) -> Loop:
    def bad(kind: str) -> None:
        email = mail.send(purpose="test", to=bad_items.SECRET, subject=kind, text="")
        if kind == "cannot be read":
            sql("UPDATE mail_email SET recipient = 'gAAAA' WHERE id = %s", email.pk)

    return Loop(
        bad,
        lambda: mail.send(purpose="test", to=bad_items.SECRET, subject="good", text=""),
        delivery.deliver_due,
        lambda: Email.objects.filter(state=EmailState.SENT).exists(),
    )


def tasks(_: object) -> Loop:
    def bad(kind: str) -> None:
        bad_items.behave.enqueue(kind)
        if kind == "cannot be read":
            DBTaskResult.objects.update(args_kwargs=[bad_items.SECRET])

    def work() -> None:
        with Attempts(task_loop.PATIENCE) as attempts:
            task_loop.TaskLoop(threading.Event(), "elsewhere:1:2:ab", attempts).run_waiting()
            bad_items.released.set()

    return Loop(bad, lambda: bad_items.behave.enqueue("good"), work, lambda: DBTaskResult.objects.successful().exists())


def scheduled(patch: pytest.MonkeyPatch) -> Loop:
    due: dict[str, str] = {}

    def add(kind: str) -> None:
        due[kind] = "* * * * *"
        ScheduledRun.objects.create(command=kind, last_run_at=timezone.now() - timedelta(minutes=2))
        if kind != "cannot be read":  # there is no such command
            patch.setitem(get_commands(), kind, bad_items.Command(kind))

    def work() -> None:
        patch.setattr("django.conf.settings.SCHEDULE", due)
        with Attempts(schedule.PATIENCE) as attempts:
            schedule.run_due(threading.Event(), attempts)
            bad_items.released.set()

    return Loop(add, lambda: add("good"), work, lambda: bad_items.done == ["good"])


@pytest.mark.parametrize("kind", ["fails", "exits", "is odd", "hangs", "cannot be read"])
@pytest.mark.parametrize("loop", [emails, tasks, scheduled])
def test_a_bad_item_delays_no_good_one(
    loop: Callable[[pytest.MonkeyPatch], Loop],
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.handler.setFormatter(PrivateFormatter())
    with caplog.at_level(logging.INFO):
        here = loop(monkeypatch)
        here.bad(kind)
        here.good()
        release = threading.Timer(PATIENCE * 5, bad_items.released.set)
        release.start()
        here.round()
        assert here.is_done()
        release.join()  # or it would release what hangs in the next test
    stored = [
        *Email.objects.values_list("failure", flat=True),
        *DBTaskResult.objects.values_list("traceback", flat=True),
    ]
    assert bad_items.SECRET not in caplog.text + "".join(stored)


def test_the_failure_of_a_task_is_recorded_by_its_type_and_place() -> None:
    bad_items.behave.enqueue("fails")
    tasks(None).round()
    [task] = DBTaskResult.objects.failed()
    assert task.exception_class_path == "builtins.ValueError"
    assert "in misbehave" in task.traceback
    assert task.traceback.endswith("ValueError")


def test_a_task_that_kills_its_worker_three_times_is_given_up() -> None:
    bad_items.behave.enqueue("fails")
    for _ in range(task_loop.MAX_RUNS):
        DBTaskResult.objects.ready().update(status="RUNNING", started_at=timezone.now() - timedelta(hours=2))
        task = DBTaskResult.objects.get()
        task.worker_ids = [*task.worker_ids, "elsewhere:1:2:ab"]
        task.save()
        assert task_loop.requeue_abandoned() == 1
    assert DBTaskResult.objects.get().exception_class_path.endswith("Abandoned")


def test_an_item_that_still_hangs_is_not_attempted_again_and_a_loop_full_of_them_ends() -> None:
    with Attempts(patience=0.01) as attempts:
        for number in range(MAX_HANGING):
            assert isinstance(attempts.run(number, lambda: bad_items.released.wait(60)), Hanging)
        assert isinstance(attempts.run(0, lambda: bad_items.done.append("again")), Hanging)
        with pytest.raises(TooManyHanging):
            attempts.run("next", lambda: None)
        bad_items.released.set()
        for attempt in attempts.hanging():
            attempt.done.wait(20)
        assert attempts.run("next", lambda: bad_items.done.append("next")) is None
    assert bad_items.done == ["next"]


# The follower of the purge log.


@pytest.mark.parametrize("kind", ["fails", "hangs", "cannot be read"])
def test_a_bad_purge_delays_no_good_one(kind: str) -> None:
    pages = pagecache.store()
    pagecache.catch_up()
    bad, good = (Purge.objects.record([f"article:{number}"], Effect.HARD) for number in (1, 2))
    obstacle = ExitStack()
    if kind == "fails":
        put(pages, page("/bad/", b"Gone.", "article:1"))
        (file,) = (each for each in pages.files.of("/bad/") if each.exists())
        file.unlink()
        file.mkdir()  # what the disk refuses to remove
    if kind == "hangs":
        file = lock_file(pages.folder / "purge-locks", str(bad.pk))
        file.parent.mkdir(parents=True, exist_ok=True)
        fcntl.flock(obstacle.enter_context(file.open("a")), fcntl.LOCK_EX)
    if kind == "cannot be read" and ON_SQLITE:  # PostgreSQL keeps no value that is not of the column's type
        sql("UPDATE pagecache_purge SET made_at = 'yesterday' WHERE id = %s", bad.pk)
    with obstacle:
        outcome_of(pagecache.catch_up)
        assert good.pk in pages.applied_purges([good.pk])


# The caches in front.


@pytest.mark.parametrize("kind", ["is away", "fails", "hangs"])
def test_a_bad_cache_delays_no_good_one(kind: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.pagecache.cdn.TIMEOUT", 5 * PATIENCE)
    with Cache() as good, Cache(status=500) as failing, socket.create_server(("127.0.0.1", 0)) as silent:
        set_up(settings, "xkey", good)
        address = {
            "is away": "http://127.0.0.1:1/",
            "fails": failing.address,
            "hangs": f"http://127.0.0.1:{silent.getsockname()[1]}/",
        }[kind]
        settings.PURGE_ADDRESSES = [address, good.address]
        Purge.objects.record(["article:1"], Effect.HARD)
        began = time.monotonic()
        sending = threading.Thread(target=outcome_of, args=(send,))
        sending.start()
        while not good.calls:
            assert time.monotonic() < began + 4 * PATIENCE  # before the bad one has failed
            time.sleep(0.01)
        sending.join()


def send() -> None:
    with pytest.raises(CdnPurgeFailed):
        send_purges(Purge.objects.snapshot())
    connection.close()


# Expiry, publication and warming.


def test_a_comment_that_cannot_be_read_expires_and_delays_no_other() -> None:
    bad, good = discussion.submitted(), discussion.submitted()
    sql("UPDATE discussion_comment SET address = 'gAAAA' WHERE id = %s", bad.pk)
    Comment.objects.update(written_at=timezone.now() - timedelta(days=2))
    call_command("expire_unverified")
    states = Comment.objects.filter(pk__in=[bad.pk, good.pk]).values_list("state", flat=True)
    assert set(states) == {CommentState.EXPIRED}


def test_a_comment_that_cannot_expire_delays_no_other() -> None:
    bad, good = discussion.submitted(), discussion.submitted()
    Comment.objects.update(written_at=timezone.now() - timedelta(days=2))
    with refusing("discussion_comment", bad.pk), pytest.raises(CommandError, match="failed 1 times, and succeeded 1"):
        call_command("expire_unverified")
    assert Comment.objects.only("state").get(pk=good.pk).state == CommentState.EXPIRED


def test_an_article_that_cannot_be_published_delays_no_other() -> None:
    bad, good = newsroom.draft(), newsroom.draft()
    for minutes, article in enumerate((bad, good), start=1):
        article.go_live_at = timezone.now() + timedelta(minutes=minutes)
        article.save_revision().publish()
    Revision.objects.filter(object_id=str(bad.pk)).update(content={})
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=5)),
        pytest.raises(CommandError, match="failed 1 times"),
    ):
        call_command("publish_scheduled")
    assert ArticlePage.objects.get(pk=good.pk).live


def test_an_article_that_cannot_be_unpublished_delays_no_other() -> None:
    bad, good = newsroom.article(), newsroom.article()
    for hours, article in enumerate((good, bad), start=1):
        Page.objects.filter(pk=article.pk).update(expire_at=timezone.now() - timedelta(hours=hours))
    with refusing("wagtailcore_page", bad.pk), pytest.raises(CommandError, match="failed 1 times"):
        call_command("publish_scheduled")
    assert not ArticlePage.objects.get(pk=good.pk).live


def test_a_page_that_cannot_be_baked_delays_no_other(settings: Settings) -> None:
    settings.WSGI_APPLICATION = "tests.command.test_bad_items.application"
    bake.call(["/bad/", "/good/"])
    assert bad_items.done == ["/good/"]


def application(environ: dict[str, str], start_response: Callable[..., object]) -> list[bytes]:
    """A paper that cannot show one of its pages."""
    if environ["PATH_INFO"] == "/bad/":
        raise SystemExit(bad_items.SECRET)
    bad_items.done.append(environ["PATH_INFO"])
    start_response("404 Not Found", [])
    return [b""]


def test_a_scheduled_command_that_did_not_run_is_overdue(settings: Settings) -> None:
    settings.SCHEDULE = {"expire_unverified": "* * * * *", "tidy_baked_pages": "* * * * *"}
    for command, minutes in {"expire_unverified": 30, "tidy_baked_pages": 1}.items():
        ScheduledRun.objects.create(command=command, last_run_at=timezone.now() - timedelta(minutes=minutes))
    assert schedule.overdue_commands() == ["expire_unverified"]


def sql(statement: str, *values: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
