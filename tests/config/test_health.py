"""A watcher learns whether the process answers and whether it can do its work, before any of Django."""

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
    """Stands for the paper behind the door."""
    start_response("200 OK", [])
    return [f"the paper at {environ['PATH_INFO']}".encode()]


def ask(path: str) -> tuple[str, str]:
    said: list[str] = []
    answer = health.with_health_checks(paper)({"PATH_INFO": path}, lambda status, headers: said.append(status))
    return said[0], b"".join(answer).decode()


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_a_process_that_answers_is_healthy(path: str) -> None:
    assert ask(path) == ("200 OK", "ok\n")


def test_a_paper_with_all_its_tables_is_ready() -> None:
    assert ask("/readyz") == ("200 OK", "ok\n")


def test_a_paper_without_its_database_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> list[str]:
        raise DatabaseError("away")

    monkeypatch.setattr(health, "missing_migrations", away)
    assert ask("/readyz") == ("503 Service Unavailable", "the database cannot be reached\n")


def test_a_paper_with_older_tables_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "missing_migrations", lambda: ["core.0002_more"])
    assert ask("/readyz") == ("503 Service Unavailable", "migrations not applied: 1\n")


def test_a_machine_whose_disk_takes_nothing_is_not_ready(settings: Settings, tmp_path: Path) -> None:
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
    status, said = ask("/readyz")
    assert (status, said.partition(", ")[0]) == ("503 Service Unavailable", "purges not carried out here: 1")


@pytest.mark.parametrize(
    ("ran", "said"),
    [
        (-timedelta(minutes=2), "ok"),
        (-timedelta(minutes=4), "no worker has run the schedule for 240 s"),
        (timedelta(hours=2), "the clock was set back: the schedule last ran in the future"),
    ],
)
def test_what_keeps_nobody_from_the_paper_is_told_beside(ran: timedelta, said: str) -> None:
    ScheduledRun.objects.create(command="deliver_emails", last_run_at=timezone.now() + ran)
    assert ask("/readyz") == ("200 OK", f"{said}\n")


def test_pages_that_cannot_be_baked_keep_nobody_from_reading(settings: Settings, tmp_path: Path) -> None:
    settings.BAKED_PAGES = tmp_path / "baked"
    settings.BAKED_PAGES.write_text("where a folder should be")
    assert ask("/readyz") == (
        "200 OK",
        "cannot bake pages, so each is rendered for every reader (Not a directory)\n",
    )


def test_a_damaged_index_is_told(settings: Settings, tmp_path: Path) -> None:
    settings.BAKED_PAGES = tmp_path
    pagecache.catch_up()
    pagecache.store().index.file.write_bytes(b"scribbled over by a faulty disk" * 100)
    status, said = ask("/readyz")
    assert status == "200 OK"
    assert said.startswith("the index of baked pages is damaged (file is not a database)")


def test_a_disk_that_is_almost_full_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=50_000_000))
    assert ask("/readyz") == ("200 OK", "only 50 MB free on the disk of the data folder\n")


def test_everything_else_is_the_papers() -> None:
    assert ask("/healthz-and-more") == ("200 OK", "the paper at /healthz-and-more")
