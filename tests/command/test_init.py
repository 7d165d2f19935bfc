"""`broadsheet init` creates a paper completely, once, and never over other files."""

import argparse
import io
import signal
import subprocess
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from broadsheet.command.init import CannotCreate, create_folder, read_answers
from broadsheet.config.options import OPTIONS_FILE, load_options
from tests.command.papers import (
    BROADSHEET,
    EDITOR,
    NAME,
    ON_POSTGRES,
    POSTGRES,
    Paper,
    broadsheet,
    environment,
    refusal_of,
    refused,
    wait_until,
)
from tests.contracts.tree import ROOT

FLAGS = ["--no-input", "--name", NAME, "--editor-email", EDITOR]
DESCRIBE = """
from django.contrib.auth import authenticate
from broadsheet.newsroom.models import Paper
from broadsheet.accounts.models import User
editor = User.objects.get()
roles = sorted(editor.groups.values_list("name", flat=True))
print(Paper.load().name, editor.email, editor.is_superuser, *roles, sep="|")
print(authenticate(username=editor.email, password={password!r}) == editor)
"""


def files_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_a_new_paper_has_its_name_and_an_editor_whose_password_is_printed_once(paper: Paper) -> None:
    output = (paper.folder / "init-output.txt").read_text()
    password = output.partition("The password is ")[2].partition(" ")[0]
    assert len(password) >= 12
    assert paper.shell(DESCRIBE.format(password=password)).splitlines() == [
        f"{NAME}|{EDITOR}|True|Chief reviewer|Editor",
        "True",
    ]
    assert "broadsheet serve --data" in output


def test_a_new_paper_is_accessible_to_its_owner_only(template: Path) -> None:
    assert template.stat().st_mode & 0o777 == 0o700
    secrets = list((template / "secrets").iterdir())
    assert {path.name for path in secrets} == {"signing-key", "encryption-keys", "digest-key"}
    assert {path.stat().st_mode & 0o777 for path in [*secrets, template / "broadsheet.toml"]} == {0o600}


def test_a_folder_with_a_paper_is_refused_and_left_alone(paper: Paper) -> None:
    before = files_in(paper.folder)
    message = refused("init", paper.folder, *FLAGS)
    assert "already holds a paper" in message
    assert files_in(paper.folder) == before


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "emails.txt").write_text("mine")
    assert "is not empty" in refused("init", tmp_path, *FLAGS)
    assert files_in(tmp_path).keys() == {str(tmp_path / "emails.txt")}


def test_a_file_is_refused_as_the_folder_of_a_paper(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in refused("init", tmp_path / "file", *FLAGS)
    assert "Part of this path is a file" in refused("init", tmp_path / "file" / "paper", *FLAGS)


def test_no_input_without_a_name_and_an_editor_is_refused(tmp_path: Path) -> None:
    message = refused("init", tmp_path / "paper", "--no-input")
    assert "--name NAME" in message
    assert "--editor-email" in message
    assert not (tmp_path / "paper").exists()


def test_without_a_terminal_init_refuses(tmp_path: Path) -> None:
    assert "no terminal" in refusal_of(broadsheet("init", tmp_path / "paper"))


def test_init_prompts_for_the_name_and_the_email_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("The  Gazette \n Ada@Paper.Example\n"))
    arguments = argparse.Namespace(no_input=False, name=None, editor_email=None)
    assert read_answers(arguments) == ("The Gazette", "ada@paper.example", "")


def typed(monkeypatch: pytest.MonkeyPatch, *passwords: str) -> None:
    """Let a terminal answer the questions for a password."""
    answers = iter(passwords)
    monkeypatch.setattr("broadsheet.command.init.getpass", lambda _: next(answers))
    monkeypatch.setattr("sys.stdin", io.StringIO("Gazette\nada@paper.example\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)


def test_a_password_is_typed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = argparse.Namespace(no_input=False, name=None, editor_email=None)
    typed(monkeypatch, "the tide comes in", "the tide comes in")
    assert read_answers(arguments)[2] == "the tide comes in"
    typed(monkeypatch, "the tide comes in", "the tide comes on")
    with pytest.raises(CannotCreate, match="The two passwords differ"):
        read_answers(arguments)


@pytest.mark.django_db
def test_the_first_password_has_the_rules_of_any_other() -> None:
    from broadsheet.command import initial_data  # noqa: PLC0415 - it imports models

    with pytest.raises(ValidationError, match="too short"):
        initial_data.create_editor("ada@paper.example", "short")
    assert initial_data.create_editor("ada@paper.example", "the tide comes in") == ""


@pytest.mark.parametrize(("name", "email"), [("", "a@b.example"), ("x" * 81, "a@b.example"), ("Gazette", "ada")])
def test_an_invalid_name_or_email_address_is_refused(name: str, email: str) -> None:
    with pytest.raises(CannotCreate):
        read_answers(argparse.Namespace(no_input=False, name=name or " ", editor_email=email))


def test_the_database_of_the_environment_is_kept_in_the_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_DATA", str(tmp_path / "paper"))
    for name in ("first", "second"):  # the first attempt may have failed
        monkeypatch.setenv("BROADSHEET_DATABASE_URL", f"postgresql://courant:secret@127.0.0.1/{name}")
        create_folder(tmp_path / "paper")
    monkeypatch.delenv("BROADSHEET_DATABASE_URL")
    assert load_options().database_url == "postgresql://courant:secret@127.0.0.1/second"
    assert (tmp_path / "paper" / OPTIONS_FILE).stat().st_mode & 0o077 == 0


def test_without_a_database_in_the_environment_the_option_is_left_commented_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_DATA", str(tmp_path / "paper"))
    create_folder(tmp_path / "paper")
    assert '# database_url = ""' in (tmp_path / "paper" / OPTIONS_FILE).read_text()


def test_a_killed_init_is_completed_by_running_it_again(tmp_path: Path) -> None:
    folder = tmp_path / "paper"
    variables = {}
    if ON_POSTGRES:
        variables["BROADSHEET_DATABASE_URL"] = f"{POSTGRES}/broadsheet_absent"
    else:
        first = subprocess.Popen(
            [*BROADSHEET, "init", str(folder), *FLAGS], cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL
        )
        wait_until((folder / "paper.sqlite3").exists)
        first.send_signal(signal.SIGKILL)
        first.wait()
    if ON_POSTGRES:
        assert "does not exist" in refusal_of(broadsheet("init", folder, *FLAGS, **variables))
    digest_key = (folder / "secrets" / "digest-key").read_text()
    assert "to complete it" in refused("serve", "--data", folder, **variables)
    if not ON_POSTGRES:
        completed = broadsheet("init", folder, *FLAGS)
        assert completed.returncode == 0, completed.stderr
        assert Paper(folder).sql("SELECT email FROM accounts_user") == [(EDITOR,)]
        assert "already holds a paper" in refused("init", folder, *FLAGS)
    assert (folder / "secrets" / "digest-key").read_text() == digest_key


if ON_POSTGRES:  # a new folder has no SQLite file

    def test_a_database_with_tables_is_refused_and_no_paper_is_left(paper: Paper, tmp_path: Path) -> None:
        url = f"{POSTGRES}/{paper.database}"
        message = refusal_of(broadsheet("init", tmp_path / "second", *FLAGS, BROADSHEET_DATABASE_URL=url))
        assert "already has tables" in message
        assert not list((tmp_path / "second").iterdir())
