"""The doctor looks at everything and says of each what it is, and what to do."""

import re
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings

from broadsheet.bakery.pages import Page
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

ABOUT = [
    "options", "data folder", "secrets", "Python", "SQLite", "journal", "file system",
    "data folder's mode", "secrets' mode", "disk", "variables", "database", "migrations", "base_url", "mail",
    "clock", "worker", "emails", "tasks", "baked pages", "caches in front",
]  # fmt: skip


def lines_of(said: str) -> dict[str, str]:
    """What is said of each thing: its level."""
    return {line[6:].partition(":")[0]: line[:5].strip() for line in said.splitlines()[:-1]}


def test_a_new_paper_is_well_but_for_what_only_its_operator_knows(paper: Paper) -> None:
    ran = paper.run("doctor")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    levels = lines_of(ran.stdout)
    assert list(levels) == ABOUT
    assert {about for about, level in levels.items() if level != "ok"} <= {"base_url", "mail", "worker", "disk"}
    assert ran.stdout.splitlines()[-1] == "No check failed."


def test_what_is_wrong_is_told_with_what_to_do_and_exit_code_1(paper: Paper) -> None:
    (paper.folder / "secrets" / "signing-key").chmod(0o644)
    paper.folder.chmod(0o755)
    paper.sql("DELETE FROM django_migrations WHERE app = 'core'")
    ran = paper.run("doctor", BROADSHEET_PROT="8001")
    assert ran.returncode == 1
    levels = lines_of(ran.stdout)
    assert levels["secrets' mode"] == levels["migrations"] == "fail"
    assert levels["data folder's mode"] == levels["variables"] == "warn"
    assert "chmod 700" in ran.stdout
    assert "chmod 600" in ran.stdout
    assert "BROADSHEET_PROT: no such option" in ran.stdout


def test_a_paper_that_cannot_be_opened_is_still_looked_at(paper: Paper) -> None:
    (paper.folder / "secrets" / "digest-key").write_text("")
    paper.add_option("prot = 8001")
    ran = paper.run("doctor")
    assert ran.returncode == 1
    assert "broadsheet.toml sets 'prot', which is not an option" in ran.stdout
    assert "digest-key is empty" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr


def test_a_mail_server_that_does_not_answer_is_told(paper: Paper) -> None:
    ran = paper.run(
        "doctor", "--send-test-to", "ada@paper.example", BROADSHEET_MAIL_HOST="127.0.0.1", BROADSHEET_MAIL_PORT="1"
    )
    assert ran.returncode == 1
    assert ran.stdout.count("127.0.0.1 port 1 does not accept our emails (ConnectionRefusedError") == 2


@pytest.mark.sqlite  # the journal is its own
def test_a_file_with_a_log_that_this_sqlite_may_damage_is_told_and_turned_back(paper: Paper) -> None:
    with closing(sqlite3.connect(paper.folder / "paper.sqlite3")) as file:
        file.execute("PRAGMA journal_mode=WAL")
    ran = paper.run("doctor")
    if journal_mode() == "WAL":
        assert lines_of(ran.stdout)["journal"] == "ok"
        return
    assert lines_of(ran.stdout)["journal"] == "warn"
    assert "journal mode persist" in ran.stdout
    assert lines_of(paper.run("doctor").stdout)["journal"] == "ok"


MOUNTS = "/dev/sda1 / ext4 rw 0 0\nserver:/x /srv/shared nfs4 rw 0 0\nhost /srv/with\\040space fuse.sshfs rw 0 0\n"


@pytest.mark.parametrize(
    ("folder", "kind"), [("/srv/paper", "ext4"), ("/srv/shared/paper", "nfs4"), ("/srv/with space/paper", "fuse.sshfs")]
)
def test_a_file_system_over_a_network_is_known(folder: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert host.file_system_type(Path(folder), tmp_path / "mounts") == kind
    found = host.file_system(Path(folder), tmp_path / "mounts")
    assert (found.level == Level.OK) is (kind == "ext4")


def test_a_system_that_lists_no_mounts_is_no_trouble(tmp_path: Path) -> None:
    assert host.file_system(tmp_path, tmp_path / "none").level == Level.OK


@pytest.mark.parametrize(("free", "level"), [(5e9, Level.OK), (5e8, Level.WARN), (5e7, Level.FAIL)])
def test_a_disk_that_fills_is_told_in_time(
    free: float, level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=int(free)))
    assert host.disk_space(tmp_path).level == level


def test_a_python_that_is_too_old_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "MINIMUM_PYTHON", (99, 0))
    assert host.python_version().level == Level.FAIL


def test_a_folder_in_which_nothing_can_be_made_is_told(tmp_path: Path) -> None:
    assert host.folder_is_writable(tmp_path).level == Level.OK
    assert host.folder_is_writable(tmp_path / "none").level == Level.FAIL
    assert stat.S_ISDIR(tmp_path.stat().st_mode)


@pytest.mark.django_db
def test_the_pulse_of_the_worker_is_within_three_minutes() -> None:
    assert paper_checks.worker().level == Level.WARN
    run = ScheduledRun.objects.create(command="deliver_emails", last_run_at=timezone.now() - timedelta(minutes=2))
    assert paper_checks.worker().level == Level.OK
    run.last_run_at -= timedelta(minutes=2)
    run.save()
    assert paper_checks.worker().level == Level.FAIL


@pytest.mark.django_db
def test_a_clock_that_was_set_back_is_told() -> None:
    assert paper_checks.clock().level == Level.OK
    ScheduledRun.objects.create(command="deliver_emails", last_run_at=timezone.now() + timedelta(hours=2))
    assert paper_checks.clock().level == Level.FAIL


@pytest.mark.parametrize(
    ("mode", "level"), [(0o700, Level.OK), (0o710, Level.OK), (0o750, Level.WARN), (0o711, Level.WARN)]
)
def test_a_web_server_in_front_may_pass_through_the_data_folder_and_nobody_look(
    mode: int, level: Level, tmp_path: Path
) -> None:
    tmp_path.chmod(mode)
    assert host.folder_is_private(tmp_path).level == level


@pytest.mark.django_db
def test_the_baked_pages_are_counted(settings: Settings, tmp_path: Path) -> None:
    settings.BAKED_PAGES = tmp_path / "baked"
    assert paper_checks.baked_pages().message.startswith("0 baked, 0.0 MB")
    pagecache.catch_up()
    page = Page("/harbour/", b"The tide is in." * 100_000, (("Content-Type", "text/html"),), frozenset({"section:1"}))
    assert pagecache.store().put(page, is_stale=lambda: False)
    found = paper_checks.baked_pages()
    assert found.level == Level.OK
    assert re.fullmatch(r"1 baked, 1\.[56] MB, index intact, 0 purges pending", found.message)


@pytest.mark.django_db
def test_baked_pages_that_cannot_be_written_or_trusted_or_purged_are_told(settings: Settings, tmp_path: Path) -> None:
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
def test_emails_that_were_given_up_are_told_with_the_cause() -> None:
    assert paper_checks.emails().level == Level.OK
    Email.objects.create(purpose="test", state=EmailState.FAILED, failure="SMTPRecipientsRefused")
    found = paper_checks.emails()
    assert found.level == Level.WARN
    assert "SMTPRecipientsRefused" in found.message


@pytest.mark.parametrize(
    ("address", "level"),
    [("https://paper.example", Level.OK), ("http://127.0.0.1:8000", Level.WARN), ("http://paper.example", Level.WARN)],
)
def test_an_address_without_https_is_told(address: str, level: Level, settings: Settings) -> None:
    settings.BASE_URL, settings.SECURE = address, address.startswith("https://")
    assert paper_checks.base_url().level == level


def test_the_demo_needs_no_mail_server() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DEMO", True, raising=False)
        assert mail.mail_server().level == Level.OK
