"""A part of the worker that died, and emails, tasks and commands that are late, are told by /readyz and the doctor."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max
from pytest_django import Settings

from broadsheet.command.checks import paper
from broadsheet.command.checks.result import CheckResult, Level
from broadsheet.config.health import readiness
from broadsheet.core import pulses
from broadsheet.core.models import ScheduledRun
from broadsheet.mail.models import Email

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _paper(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A paper whose worker has just run the schedule."""
    monkeypatch.setattr("broadsheet.config.health.close_old_connections", lambda: None)  # the test's own has to last
    settings.DATA = tmp_path
    settings.SCHEDULE = {"tidy_baked_pages": "* * * * *", "expire_unverified": "* * * * *"}
    ScheduledRun.objects.create(command="tidy_baked_pages", last_run_at=timezone.now())
    pulses.start(["emails", "tasks"])


def a_part_dies() -> None:
    then = time.time() - LONG_AGO.total_seconds()
    os.utime(pulses._folder() / "emails", (then, then))


def an_email_is_late() -> None:
    Email.objects.create(purpose="test", next_attempt_at=timezone.now() - LONG_AGO)


def a_task_is_late() -> None:
    task = DBTaskResult.objects.create(args_kwargs={}, task_path="tide.turn", run_after=get_date_max())
    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=timezone.now() - LONG_AGO)


def a_delayed_task_is_late() -> None:
    DBTaskResult.objects.create(args_kwargs={}, task_path="tide.turn", run_after=timezone.now() - LONG_AGO)


def a_command_is_late() -> None:
    ScheduledRun.objects.create(command="expire_unverified", last_run_at=timezone.now() - LONG_AGO)


@pytest.mark.parametrize(
    ("happens", "line", "check"),
    [
        (a_part_dies, "the worker's part “emails” has done nothing for 600 s", paper.worker),
        (an_email_is_late, "emails overdue: 1", paper.emails),
        (a_task_is_late, "tasks overdue: 1", paper.tasks),
        (a_delayed_task_is_late, "tasks overdue: 1", paper.tasks),
        (a_command_is_late, "scheduled commands overdue: expire_unverified", paper.worker),
    ],
)
def test_what_is_late_is_told(happens: Callable[[], None], line: str, check: Callable[[], CheckResult]) -> None:
    assert readiness()[1] == ["ok"]
    assert check().level == Level.OK
    happens()
    status, lines = readiness()
    assert (status, lines) == (200, [line])  # readers notice nothing
    assert check().level == Level.FAIL


def test_what_is_to_come_is_not_late() -> None:
    Email.objects.create(purpose="test", next_attempt_at=timezone.now() + LONG_AGO)
    DBTaskResult.objects.create(args_kwargs={}, task_path="tide.turn", run_after=timezone.now() + LONG_AGO)
    assert readiness()[1] == ["ok"]


def test_a_failed_task_is_told_by_its_type() -> None:
    DBTaskResult.objects.create(
        args_kwargs={}, task_path="tide.turn", run_after=timezone.now(), status="FAILED", finished_at=timezone.now(),
        exception_class_path="builtins.ValueError",
    )  # fmt: skip
    assert paper.tasks().message == "1 failed within a week, the latest tide.turn (ValueError)."


def test_a_worker_that_was_stopped_is_not_missed_part_by_part() -> None:
    a_part_dies()
    pulses.stop()
    assert pulses.silent_parts() == {}


def test_only_a_worker_has_a_pulse() -> None:
    pulses.stop()
    pulses.beat("emails")
    assert not list(pulses._folder().iterdir())


def test_a_round_that_succeeds_is_a_pulse() -> None:
    a_part_dies()
    pulses.beat("emails")
    assert pulses.silent_parts() == {}
