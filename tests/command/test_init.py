"""A new paper is made whole, once, and never over something else."""

import argparse
import io
import signal
import subprocess
from pathlib import Path

import pytest

from broadsheet.command.init import CannotCreate, read_answers
from tests.command.papers import (
    BROADSHEET,
    EDITOR,
    NAME,
    ON_POSTGRES,
    POSTGRES,
    Paper,
    broadsheet,
    refusal_of,
    surroundings,
    wait_until,
)
from tests.contracts.tree import ROOT

FLAGS = ["--no-input", "--name", NAME, "--editor-email", EDITOR]
WHO = """
from django.contrib.auth import authenticate
from broadsheet.newsroom.models import Paper
from broadsheet.accounts.models import User
editor = User.objects.get()
roles = sorted(editor.groups.values_list("name", flat=True))
print(Paper.load().name, editor.email, editor.is_superuser, *roles, sep="|")
print(authenticate(username=editor.email, password={password!r}) == editor)
"""


def everything_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_a_new_paper_has_its_name_an_editor_and_a_password_told_once(paper: Paper) -> None:
    told = (paper.folder / "told.txt").read_text()
    password = told.partition("The password is ")[2].partition(" ")[0]
    assert len(password) >= 12
    assert paper.shell(WHO.format(password=password)).splitlines() == [
        f"{NAME}|{EDITOR}|True|Chief reviewer|Editor",
        "True",
    ]
    assert "broadsheet serve --data" in told


def test_a_new_paper_is_for_its_owner_only(template: Path) -> None:
    assert template.stat().st_mode & 0o777 == 0o700
    kept = list((template / "secrets").iterdir())
    assert {path.name for path in kept} == {"signing-key", "encryption-keys", "digest-key"}
    assert {path.stat().st_mode & 0o777 for path in [*kept, template / "broadsheet.toml"]} == {0o600}


def test_a_folder_that_has_a_paper_is_refused_and_nothing_of_it_is_touched(paper: Paper) -> None:
    before = everything_in(paper.folder)
    said = refusal_of(broadsheet("init", paper.folder, *FLAGS))
    assert "already holds a paper" in said
    assert everything_in(paper.folder) == before


def test_a_folder_that_has_something_else_is_refused_and_nothing_of_it_is_touched(tmp_path: Path) -> None:
    (tmp_path / "emails.txt").write_text("mine")
    assert "is not empty" in refusal_of(broadsheet("init", tmp_path, *FLAGS))
    assert everything_in(tmp_path).keys() == {str(tmp_path / "emails.txt")}


def test_a_file_is_no_folder_for_a_paper(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in refusal_of(broadsheet("init", tmp_path / "file", *FLAGS))
    assert "Part of this path is a file" in refusal_of(broadsheet("init", tmp_path / "file" / "paper", *FLAGS))


def test_without_input_what_is_missing_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    said = refusal_of(broadsheet("init", tmp_path / "paper", "--no-input"))
    assert "--name NAME" in said
    assert "--editor-email" in said
    assert not (tmp_path / "paper").exists()


def test_with_nobody_to_ask_it_says_so(tmp_path: Path) -> None:
    assert "no terminal" in refusal_of(broadsheet("init", tmp_path / "paper"))


def test_it_asks_only_what_it_cannot_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("The  Gazette \n Ada@Paper.Example\n"))
    asked = argparse.Namespace(no_input=False, name=None, editor_email=None)
    assert read_answers(asked) == ("The Gazette", "ada@paper.example", "")


@pytest.mark.parametrize(("name", "email"), [("", "a@b.example"), ("x" * 81, "a@b.example"), ("Gazette", "ada")])
def test_a_name_that_does_not_fit_and_an_address_that_is_none_are_refused(name: str, email: str) -> None:
    with pytest.raises(CannotCreate):
        read_answers(argparse.Namespace(no_input=False, name=name or " ", editor_email=email))


def test_killed_half_way_it_is_completed_by_the_same_command(tmp_path: Path) -> None:
    folder = tmp_path / "paper"
    given = {}
    if ON_POSTGRES:
        given["BROADSHEET_DATABASE_URL"] = f"{POSTGRES}/broadsheet_absent"
    else:
        first = subprocess.Popen(
            [*BROADSHEET, "init", str(folder), *FLAGS], cwd=ROOT, env=surroundings(), stdout=subprocess.DEVNULL
        )
        wait_until((folder / "paper.sqlite3").exists)
        first.send_signal(signal.SIGKILL)
        first.wait()
    if ON_POSTGRES:
        assert "does not exist" in refusal_of(broadsheet("init", folder, *FLAGS, **given))
    kept = (folder / "secrets" / "digest-key").read_text()
    assert "to complete it" in refusal_of(broadsheet("serve", "--data", folder, **given))
    if not ON_POSTGRES:
        completed = broadsheet("init", folder, *FLAGS)
        assert completed.returncode == 0, completed.stderr
        assert Paper(folder).sql("SELECT email FROM accounts_user") == [(EDITOR,)]
        assert "already holds a paper" in refusal_of(broadsheet("init", folder, *FLAGS))
    assert (folder / "secrets" / "digest-key").read_text() == kept


if ON_POSTGRES:  # SQLite's file is in the folder, which is new

    def test_a_database_that_has_tables_is_refused_and_nothing_is_made(paper: Paper, tmp_path: Path) -> None:
        url = f"{POSTGRES}/{paper.database}"
        said = refusal_of(broadsheet("init", tmp_path / "second", *FLAGS, BROADSHEET_DATABASE_URL=url))
        assert "already has tables" in said
        assert not list((tmp_path / "second").iterdir())
