"""The command line: its help, the words that it passes on, and its messages."""

import errno
import os
import re
from functools import partial
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from django.db.utils import OperationalError

from broadsheet.command import messages, parser
from broadsheet.command.options_file import options_file
from broadsheet.command.serve_lock import served_once
from broadsheet.config.options import OPTIONS_FILE, BadOptions, Options, load_options
from broadsheet.core.errors import Refusal
from tests.command.papers import Paper, broadsheet, refusal_of, refused
from tests.contracts.tree import ROOT
from tools.docs.__main__ import PAGES, present, wanted

COMMANDS = ["init", "serve", "worker", "bake", "doctor", "import", "demo", "manage"]


def test_help_lists_every_command_and_how_to_get_started() -> None:
    output = broadsheet("--help").stdout
    assert [name for name in COMMANDS if f"\n    {name} " not in output] == []
    assert "broadsheet init paper" in output


@pytest.mark.parametrize(
    "command", ["", "init", "serve", "worker", "bake", "doctor", "import wordpress", "demo", "manage"]
)
def test_the_help_of_each_command_fits_a_terminal(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.build().parse_args([*command.split(), "--help"])
    output = capsys.readouterr().out
    assert ended.value.code == 0
    assert output.startswith(f"usage: broadsheet {command}".rstrip())
    assert max(map(len, output.splitlines())) <= 120


def test_data_may_come_before_or_after_the_command_and_before_djangos_commands(paper: Paper) -> None:
    result = broadsheet("manage", "--data", paper.folder, "showmigrations", "core")
    assert "[X] 0001_initial" in result.stdout, result.stderr
    result = paper.run("manage", "no_such_command")
    assert result.returncode == 1
    assert "Unknown command: 'no_such_command'" in result.stderr


def test_importing_a_missing_file_ends_in_a_message(paper: Paper) -> None:
    refusal_of(paper.run("import", "wordpress", paper.folder / "none.xml", "--without-pictures"))


def test_the_demo_never_replaces_a_folder_that_is_not_a_demo(tmp_path: Path, paper: Paper) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "emails.txt").touch()
    for folder in (tmp_path / "mine", paper.folder):
        before = sorted(folder.rglob("*"))
        assert "something other than a demo" in refused("demo", "--reset", "--data", folder)
        assert sorted(folder.rglob("*")) == before


def test_a_demo_that_is_being_served_is_left_alone_even_by_a_reset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.command.demo.served_once", partial(served_once, timeout=0))
    (tmp_path / OPTIONS_FILE).write_text(options_file(demo=True))
    with served_once(tmp_path):
        before = sorted(tmp_path.rglob("*"))
        message = refused("demo", "--reset", "--data", tmp_path)
        assert message.startswith("Another `broadsheet serve` is serving the paper")
        assert sorted(tmp_path.rglob("*")) == before


DATABASE = "The database cannot be used"


@pytest.mark.parametrize(
    ("error", "beginnings"),
    [
        (BadOptions(["One.", "Two."]), ["One.", "Two."]),
        (Refusal("Not today."), ["Not today."]),
        (CommandError("No."), ["No."]),
        (OSError(errno.ENOSPC, "No room", "/x"), ["/x cannot be used (No room). The disk is full"]),
        (OSError("odd"), ["A file cannot be used (odd). Put that right"]),
        (OperationalError("database is locked"), [f"{DATABASE} (database is locked). Another process is writing"]),
        (OperationalError("refused\n\tIs it?"), [f"{DATABASE} (refused Is it?). Is the database"]),
    ],
)
def test_expected_errors_end_in_messages(error: Exception, beginnings: list[str]) -> None:
    lines = messages.messages_for(error)
    assert len(lines) == len(beginnings)
    assert all(line.startswith(start) for line, start in zip(lines, beginnings, strict=True))


def test_a_new_options_file_explains_every_option_and_each_can_be_uncommented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("BROADSHEET_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BROADSHEET_DATA", str(tmp_path))
    text = options_file(demo=True, extra_hosts=["a.example"], mail_user='Ada "A" \\')
    (tmp_path / OPTIONS_FILE).write_text(text)
    assert [name for name in Options.model_fields if f"{name} = " not in text] == ["data"]
    options = load_options()
    assert (options.demo, options.extra_hosts, options.mail_user, options.port) == (
        True,
        ["a.example"],
        'Ada "A" \\',
        8000,
    )
    (tmp_path / OPTIONS_FILE).write_text(re.sub(r"(?m)^# (\w+ = )", r"\1", text))
    assert load_options() == options


@pytest.mark.parametrize("name", PAGES)
def test_the_generated_reference_is_up_to_date(name: str) -> None:
    assert present(name) == wanted(name)


def test_every_option_is_in_the_reference() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()
    assert [name for name in Options.model_fields if f"`BROADSHEET_{name.upper()}`" not in page] == []
