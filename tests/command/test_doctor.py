"""The doctor checks everything that a paper needs, and says what to do."""

import re
import shutil
import sqlite3
import stat
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from broadsheet.bakery.pages import Page
from broadsheet.command import doctor
from broadsheet.command.checks import host, mail
from broadsheet.command.checks import paper as paper_checks
from broadsheet.command.checks.result import Level
from broadsheet.config.databases import journal_mode
from broadsheet.core.models import ScheduledRun
from broadsheet.mail.models import Email
from broadsheet.mail.states import EmailState
from broadsheet.pagecache import actions as pagecache
from broadsheet.pagecache.models import Effect, Purge
from tests.command.papers import Paper

CHECKS = [
    "options", "data folder", "secrets", "Python", "SQLite", "journal", "file system",
    "data folder's mode", "secrets' mode", "disk", "variables", "database", "migrations", "tables", "base_url", "demo",
    "mail", "clock", "worker", "emails", "tasks", "triggers", "visibility", "baked pages", "caches in front",
]  # fmt: skip


def levels_in(output: str) -> dict[str, str]:
    """Return the level of each check in the output."""
    return {line[6:].partition(":")[0]: line[:5].strip() for line in output.splitlines()[:-1]}


def test_a_new_paper_has_no_failures_and_only_the_expected_warnings(paper: Paper) -> None:
    result = paper.run("doctor")
    assert result.returncode == 0, result.stdout + result.stderr
    levels = levels_in(result.stdout)
    assert list(levels) == CHECKS
    assert {check for check, level in levels.items() if level != "ok"} <= {"base_url", "mail", "worker", "disk"}
    count = sum(level == "warn" for level in levels.values())
    assert count > 1
    assert result.stdout.splitlines()[-1] == f"No check failed, but {count} warnings need attention."


def test_failures_are_printed_with_a_remedy_and_exit_code_1(paper: Paper) -> None:
    (paper.folder / "secrets" / "signing-key").chmod(0o644)
    paper.folder.chmod(0o755)
    paper.sql("DELETE FROM django_migrations WHERE app = 'core'")
    result = paper.run("doctor", BROADSHEET_PROT="8001")
    assert result.returncode == 1
    levels = levels_in(result.stdout)
    assert levels["secrets' mode"] == levels["migrations"] == "fail"
    assert levels["data folder's mode"] == levels["variables"] == "warn"
    assert "chmod 700" in result.stdout
    assert "chmod 600" in result.stdout
    assert "BROADSHEET_PROT: no such option" in result.stdout


def test_a_paper_that_cannot_be_opened_is_still_checked(paper: Paper) -> None:
    (paper.folder / "secrets" / "digest-key").write_text("")
    paper.add_option("prot = 8001")
    result = paper.run("doctor")
    assert result.returncode == 1
    assert "broadsheet.toml sets 'prot', which is not an option" in result.stdout
    assert "digest-key is empty" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_a_mail_server_that_does_not_answer_is_a_failure(paper: Paper) -> None:
    result = paper.run(
        "doctor", "--send-test-to", "ada@paper.example", BROADSHEET_MAIL_HOST="127.0.0.1", BROADSHEET_MAIL_PORT="1"
    )
    assert result.returncode == 1
    assert result.stdout.count("127.0.0.1 port 1 does not accept our emails (ConnectionRefusedError") == 2


@pytest.mark.sqlite  # the journal is its own
def test_a_database_in_wal_mode_is_reported_and_converted_where_wal_is_unsafe(paper: Paper) -> None:
    with closing(sqlite3.connect(paper.folder / "paper.sqlite3")) as file:
        file.execute("PRAGMA journal_mode=WAL")
    result = paper.run("doctor")
    if journal_mode() == "WAL":
        assert levels_in(result.stdout)["journal"] == "ok"
        return
    assert levels_in(result.stdout)["journal"] == "warn"
    assert "journal mode persist" in result.stdout
    assert levels_in(paper.run("doctor").stdout)["journal"] == "ok"


MOUNTS = "/dev/sda1 / ext4 rw 0 0\nserver:/x /srv/shared nfs4 rw 0 0\nhost /srv/with\\040space fuse.sshfs rw 0 0\n"


@pytest.mark.parametrize(
    ("folder", "kind"), [("/srv/paper", "ext4"), ("/srv/shared/paper", "nfs4"), ("/srv/with space/paper", "fuse.sshfs")]
)
def test_network_file_systems_are_recognised(folder: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert host.file_system_type(Path(folder), tmp_path / "mounts") == kind
    result = host.file_system(Path(folder), tmp_path / "mounts")
    assert (result.level == Level.OK) is (kind == "ext4")


def test_a_system_without_a_list_of_mounts_passes(tmp_path: Path) -> None:
    assert host.file_system(tmp_path, tmp_path / "none").level == Level.OK


@pytest.mark.parametrize(("free", "level"), [(5e9, Level.OK), (5e8, Level.WARN), (5e7, Level.FAIL)])
def test_a_disk_that_is_nearly_full_is_reported(
    free: float, level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=int(free)))
    assert host.disk_space(tmp_path).level == level


def test_an_old_python_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "MINIMUM_PYTHON", (99, 0))
    assert host.python_version().level == Level.FAIL


def test_a_folder_that_is_not_writable_is_a_failure(tmp_path: Path) -> None:
    assert host.folder_is_writable(tmp_path).level == Level.OK
    assert host.folder_is_writable(tmp_path / "none").level == Level.FAIL
    assert stat.S_ISDIR(tmp_path.stat().st_mode)


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a server creates no database by itself")
def test_a_missing_database_is_a_failure_and_is_not_created(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "paper.sqlite3"))
    result = paper_checks.database()
    assert result.level == Level.FAIL
    assert "set database_url" in result.message
    assert "migrate" not in result.message
    assert not list(tmp_path.iterdir())


@pytest.mark.django_db
def test_a_worker_that_has_not_run_for_three_minutes_is_a_failure() -> None:
    assert paper_checks.worker().level == Level.WARN
    run = ScheduledRun.objects.create(command="deliver_emails", last_run_at=timezone.now() - timedelta(minutes=2))
    assert paper_checks.worker().level == Level.OK
    run.last_run_at -= timedelta(minutes=2)
    run.save()
    assert paper_checks.worker().level == Level.FAIL


@pytest.mark.django_db
def test_a_clock_that_was_set_back_is_a_failure() -> None:
    assert paper_checks.clock().level == Level.OK
    ScheduledRun.objects.create(command="deliver_emails", last_run_at=timezone.now() + timedelta(hours=2))
    assert paper_checks.clock().level == Level.FAIL


@pytest.mark.parametrize(
    ("mode", "level"), [(0o700, Level.OK), (0o710, Level.OK), (0o750, Level.WARN), (0o711, Level.WARN)]
)
def test_the_data_folder_may_be_traversable_by_its_group_but_not_readable(
    mode: int, level: Level, tmp_path: Path
) -> None:
    tmp_path.chmod(mode)
    assert host.folder_is_private(tmp_path).level == level


@pytest.mark.django_db
def test_the_baked_pages_are_counted(settings: Settings, tmp_path: Path) -> None:
    settings.BAKED_PAGES = tmp_path / "baked"
    assert paper_checks.baked_pages().message.startswith("0 baked, 0.0 of 5,000 MB")
    pagecache.catch_up()
    page = Page("/harbour/", b"The tide is in." * 100_000, (("Content-Type", "text/html"),), frozenset({"section:1"}))
    assert pagecache.store().put(page, is_stale=lambda: False)
    result = paper_checks.baked_pages()
    assert result.level == Level.OK
    assert re.fullmatch(r"1 baked, 1\.[56] of 5,000 MB, index intact, 0 purges pending", result.message)


@pytest.mark.django_db
def test_baked_pages_that_cannot_be_written_or_read_or_purged_are_reported(settings: Settings, tmp_path: Path) -> None:
    settings.BAKED_PAGES = tmp_path / "baked"
    pagecache.catch_up()
    Purge.objects.record(["article:1"], Effect.HARD)
    Purge.objects.update(made_at=timezone.now() - timedelta(minutes=5))
    assert paper_checks.baked_pages().message.startswith(
        "One purge has not been carried out here, the oldest for 5 minutes"
    )
    pagecache.store().index.file.write_bytes(b"scribbled over by a faulty disk" * 100)
    assert paper_checks.baked_pages().level == Level.WARN
    shutil.rmtree(settings.BAKED_PAGES)
    settings.BAKED_PAGES.write_text("where a folder should be")
    assert paper_checks.baked_pages().level == Level.FAIL


@pytest.mark.django_db
def test_undeliverable_emails_are_reported_with_the_cause() -> None:
    assert paper_checks.emails().level == Level.OK
    Email.objects.create(purpose="test", state=EmailState.FAILED, failure="SMTPRecipientsRefused")
    result = paper_checks.emails()
    assert result.level == Level.WARN
    assert "SMTPRecipientsRefused" in result.message


@pytest.mark.parametrize(
    ("address", "level"),
    [("https://paper.example", Level.OK), ("http://127.0.0.1:8000", Level.WARN), ("http://paper.example", Level.WARN)],
)
def test_a_base_url_without_https_is_a_warning(address: str, level: Level, settings: Settings) -> None:
    settings.BASE_URL, settings.SECURE = address, address.startswith("https://")
    assert paper_checks.base_url().level == level


def test_the_demo_needs_no_mail_server() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DEMO", True, raising=False)
        assert mail.mail_server().level == Level.OK


@pytest.mark.sqlite
def test_a_table_that_was_destroyed_or_lost_is_reported(paper: Paper) -> None:
    [(page,)] = paper.sql("SELECT rootpage FROM sqlite_master WHERE name = 'review_decision'")
    [(size,)] = paper.sql("PRAGMA page_size")
    with (paper.folder / "paper.sqlite3").open("r+b") as file:
        file.seek((int(str(page)) - 1) * int(str(size)))
        file.write(b"\xff" * int(str(size)))
    result = paper.run("doctor")
    assert result.returncode == 1
    assert levels_in(result.stdout)["tables"] == "fail"
    assert "The database is damaged" in result.stdout
    assert result.stdout.splitlines()[-1] == "Some checks failed."


@pytest.mark.django_db
def test_a_missing_table_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert paper_checks.tables().level == Level.OK
    present = [name for name in connection.introspection.table_names() if name != "review_decision"]
    monkeypatch.setattr(connection.introspection, "table_names", lambda: present)
    result = paper_checks.tables()
    assert (result.level, "missing: review_decision" in result.message) == (Level.FAIL, True)


@pytest.mark.parametrize(
    ("host_name", "level"), [("127.0.0.1", Level.OK), ("192.0.2.1", Level.WARN), ("::", Level.WARN)]
)
def test_a_demo_that_a_network_reaches_is_warned_of(host_name: str, level: Level, settings: Settings) -> None:
    settings.OPTIONS = settings.OPTIONS.model_copy(update={"host": host_name})
    assert paper_checks.demo().level == Level.OK
    settings.DEMO = True
    assert paper_checks.demo().level == level


@pytest.mark.parametrize(
    ("levels", "line"),
    [
        ({}, "All is well."),
        ({Level.OK: 9, Level.WARN: 1}, "No check failed, but one warning needs attention."),
        ({Level.OK: 9, Level.WARN: 2}, "No check failed, but 2 warnings need attention."),
        ({Level.WARN: 2, Level.FAIL: 1}, "Some checks failed."),
    ],
)
def test_the_last_line_says_that_all_is_well_only_where_it_is(levels: dict[Level, int], line: str) -> None:
    assert doctor.summary(Counter(levels)) == line
