"""Health checks tell a monitor, before Django, whether the process answers and whether it can do its work."""

import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone
from pytest_django import Settings

from broadsheet.config import health
from broadsheet.core.models import ScheduledRun
from broadsheet.pagecache import actions as pagecache
from broadsheet.pagecache.models import Effect, Purge

pytestmark = pytest.mark.django_db


def paper(environ: dict[str, Any], start_response: health.StartResponse) -> Iterable[bytes]:
    """Take the place of the paper."""
    start_response("200 OK", [])
    return [f"the paper at {environ['PATH_INFO']}".encode()]


def ask(path: str) -> tuple[str, str]:
    statuses: list[str] = []
    body = health.with_health_checks(paper)({"PATH_INFO": path}, lambda status, headers: statuses.append(status))
    return statuses[0], b"".join(body).decode()


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_a_process_that_answers_is_healthy(path: str) -> None:
    assert ask(path) == ("200 OK", "ok\n")


def test_a_paper_with_all_migrations_is_ready() -> None:
    assert ask("/readyz") == ("200 OK", "ok\n")


def test_a_paper_without_its_database_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> list[str]:
        raise DatabaseError("away")

    monkeypatch.setattr(health, "missing_migrations", away)
    assert ask("/readyz") == ("503 Service Unavailable", "the database cannot be reached\n")


def test_a_paper_with_a_missing_migration_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "missing_migrations", lambda: ["core.0002_more"])
    assert ask("/readyz") == ("503 Service Unavailable", "migrations not applied: 1\n")


def test_a_machine_with_a_full_disk_is_not_ready(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "a-file"
    settings.DATA.write_text("where a folder should be")
    assert ask("/readyz") == (
        "503 Service Unavailable",
        "cannot write to the data folder (Not a directory)\n",
    )


def test_a_machine_that_does_not_carry_out_purges_is_not_ready(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.config.health.close_old_connections", lambda: None)  # the test's own has to last
    settings.BAKED_PAGES = tmp_path
    pagecache.catch_up()
    missed = Purge.objects.record(["article:1"], Effect.HARD)
    pagecache.store().mark_applied([missed.pk])
    Purge.objects.update(made_at=timezone.now() - timedelta(minutes=5))
    assert ask("/readyz")[0] == "200 OK"
    Purge.objects.record(["article:2"], Effect.HARD)
    assert ask("/readyz")[0] == "200 OK"  # a purge may take a moment
    Purge.objects.update(made_at=timezone.now() - timedelta(minutes=5))
    status, body = ask("/readyz")
    assert (status, body.partition(", ")[0]) == ("503 Service Unavailable", "purges not carried out here: 1")


@pytest.mark.parametrize(
    ("last_run", "line"),
    [
        (-timedelta(minutes=2), "ok"),
        (-timedelta(minutes=4), "no worker has run the schedule for 240 s"),
        (timedelta(hours=2), "the clock was set back: the schedule last ran in the future"),
    ],
)
def test_warnings_leave_the_paper_ready(last_run: timedelta, line: str) -> None:
    ScheduledRun.objects.create(command="deliver_emails", last_run_at=timezone.now() + last_run)
    assert ask("/readyz") == ("200 OK", f"{line}\n")


def test_a_page_cache_that_is_not_writable_is_a_warning(settings: Settings, tmp_path: Path) -> None:
    settings.BAKED_PAGES = tmp_path / "baked"
    settings.BAKED_PAGES.write_text("where a folder should be")
    assert ask("/readyz") == (
        "200 OK",
        "cannot bake pages, so each is rendered for every reader (Not a directory)\n",
    )


def test_a_damaged_index_is_a_warning(settings: Settings, tmp_path: Path) -> None:
    settings.BAKED_PAGES = tmp_path
    pagecache.catch_up()
    pagecache.store().index.file.write_bytes(b"scribbled over by a faulty disk" * 100)
    status, body = ask("/readyz")
    assert status == "200 OK"
    assert body.startswith("the index of baked pages is damaged (file is not a database)")


def test_a_disk_that_is_almost_full_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=50_000_000))
    assert ask("/readyz") == ("200 OK", "only 50 MB free on the disk of the data folder\n")


def test_all_other_paths_reach_the_paper() -> None:
    assert ask("/healthz-and-more") == ("200 OK", "the paper at /healthz-and-more")


@pytest.mark.parametrize("header", sorted(health.FORWARDED))
def test_the_state_of_the_machine_is_not_told_through_a_proxy(header: str) -> None:
    statuses: list[str] = []
    application = health.with_health_checks(paper)
    for path, body in [("/readyz", b"the paper at /readyz"), ("/healthz", b"ok\n")]:
        environ = {"PATH_INFO": path, header: "anything"}
        assert b"".join(application(environ, lambda status, headers: statuses.append(status))) == body
