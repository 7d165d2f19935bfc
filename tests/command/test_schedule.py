"""Scheduled commands run in one process, make up for a missed time once, and fail independently of each other."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from broadsheet.core import schedule
from broadsheet.core.attempts import Attempts
from broadsheet.core.models import Lease, ScheduledRun

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)  # commands run in other threads
EVERY_MINUTE = {"expire_unverified": "* * * * *"}
HALF_A_MINUTE = timedelta(seconds=30)


def due_commands() -> list[str]:
    return [command for command, _, _ in schedule.due()]


def run_due(stop: threading.Event) -> None:
    with Attempts(patience=20) as attempts:
        schedule.run_due(stop, attempts)


def ran_at(command: str, when: datetime) -> None:
    ScheduledRun.objects.update_or_create(command=command, defaults={"last_run_at": when})


def test_a_command_that_has_never_run_waits_for_its_time(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.SCHEDULE = {"no_such_command": "17 3 * * *"}
    run_due(threading.Event())
    assert caplog.records == []
    run = ScheduledRun.objects.get()
    assert timezone.now() - run.last_run_at < HALF_A_MINUTE
    ran_at("no_such_command", run.last_run_at - timedelta(days=1))
    assert due_commands() == ["no_such_command"]


def test_a_command_that_was_missed_for_days_runs_once(settings: Settings) -> None:
    settings.SCHEDULE = EVERY_MINUTE
    ran_at("expire_unverified", timezone.now() - timedelta(days=3))
    assert due_commands() == ["expire_unverified"]
    run_due(threading.Event())
    assert due_commands() == []


def test_cron_times_are_in_utc(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SCHEDULE = {"prune_db_task_results": "17 3 * * *"}
    ran_at("prune_db_task_results", datetime(2026, 11, 1, 3, 17, tzinfo=UTC))
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 2, 3, 16, 59, tzinfo=UTC))
    assert due_commands() == []
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 2, 3, 17, tzinfo=UTC))
    assert due_commands() == ["prune_db_task_results"]


def test_a_last_run_in_the_future_does_not_stop_the_schedule(settings: Settings) -> None:
    settings.SCHEDULE = EVERY_MINUTE
    ran_at("expire_unverified", timezone.now() + timedelta(days=30))
    assert due_commands() == ["expire_unverified"]


def test_a_command_that_fails_is_logged_and_the_next_one_runs(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SCHEDULE = {"no_such_command": "* * * * *", "expire_unverified": "* * * * *"}
    began = timezone.now()
    for command in settings.SCHEDULE:
        ran_at(command, began - timedelta(hours=1))
    with caplog.at_level(logging.ERROR):
        run_due(threading.Event())
    assert ScheduledRun.objects.filter(last_run_at__gte=began).count() == 2
    assert [record.getMessage().split(" failed")[0] for record in caplog.records] == [
        "The scheduled command no_such_command"
    ]
    assert caplog.records[0].exc_info


def test_no_command_starts_after_stop(settings: Settings) -> None:
    settings.SCHEDULE = EVERY_MINUTE
    stop = threading.Event()
    stop.set()
    run_due(stop)
    assert not ScheduledRun.objects.exists()


def test_a_due_command_is_claimed_by_one_process_only(settings: Settings) -> None:
    settings.SCHEDULE = EVERY_MINUTE
    ran_at("expire_unverified", timezone.now() - timedelta(hours=1))
    [(command, seen, now)] = schedule.due()
    assert schedule._claim(command, seen, now)
    assert not schedule._claim(command, seen, now)


def test_a_lease_has_one_holder_until_it_expires_or_is_released() -> None:
    assert Lease.objects.take("schedule", holder="first", lasting=HALF_A_MINUTE)
    assert not Lease.objects.take("schedule", holder="second", lasting=HALF_A_MINUTE)
    assert Lease.objects.take("schedule", holder="first", lasting=HALF_A_MINUTE)
    Lease.objects.release("schedule", holder="second")
    assert not Lease.objects.take("schedule", holder="second", lasting=HALF_A_MINUTE)
    Lease.objects.release("schedule", holder="first")
    assert Lease.objects.take("schedule", holder="second", lasting=HALF_A_MINUTE)
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert Lease.objects.take("schedule", holder="first", lasting=HALF_A_MINUTE)


def test_a_lease_from_before_the_clock_was_set_back_counts_as_expired() -> None:
    assert Lease.objects.take("schedule", holder="dead", lasting=HALF_A_MINUTE)
    Lease.objects.update(until=timezone.now() + timedelta(minutes=4))  # another machine's clock may be fast
    assert not Lease.objects.take("schedule", holder="first", lasting=HALF_A_MINUTE)
    Lease.objects.update(until=timezone.now() + timedelta(days=1))
    assert Lease.objects.take("schedule", holder="first", lasting=HALF_A_MINUTE)
