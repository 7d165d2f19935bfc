"""Each test is of the kind that its means make it, and keeps to the time of that kind."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import kinds
from tests.command.papers import broadsheet
from tests.contracts.tree import ROOT

IMPOSTORS = """
import os, time

def test_slow():
    time.sleep(1.5)

def test_another_program():
    getattr(os, "system")("true")

def test_good():
    pass
"""


def starts_by_another() -> None:
    broadsheet("--help")


class Starts:
    def itself(self) -> None:
        subprocess.run(["true"], check=True)


@pytest.mark.parametrize("function", [broadsheet, starts_by_another, Starts, lambda: Starts().itself()])
def test_who_starts_a_program_is_found_out_through_all_that_it_calls(function: object) -> None:
    assert kinds.reached(function) == {"process"}


def test_who_starts_none_is_not_suspected() -> None:
    assert kinds.reached(kinds.complaint) == set()


@pytest.mark.parametrize(
    ("kind", "seconds", "crowding", "is_right"),
    [
        ("unit", 0.9, 1.0, True),
        ("unit", 1.1, 9.0, False),
        ("integration", 59.0, 1.0, True),
        ("integration", 61.0, 9.0, False),
        ("browser", 61.0, 1.0, False),
        ("process", 61.0, 1.0, False),
        ("process", 119.0, 2.0, True),
        ("process", 121.0, 2.0, False),
        ("campaign", 7000.0, 1.0, True),
    ],
)
def test_a_test_may_take_as_long_as_its_kind(
    kind: str, seconds: float, crowding: float, *, is_right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "crowding", lambda: crowding)
    assert (kinds.complaint(kind, seconds, started=[]) == "") is is_right


def test_a_thread_is_charged_for_what_it_sleeps_and_computes() -> None:
    before = kinds.own_time()
    time.sleep(0.05)
    assert 0.04 < kinds.own_time() - before < 0.5


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_program_may_be_started_only_by_a_kind_that_says_so(kind: str) -> None:
    said = kinds.complaint(kind, 0.0, started=["subprocess.Popen"])
    assert bool(said) == (kind in {"unit", "integration"})


def test_a_test_that_does_not_keep_to_its_kind_fails(tmp_path: Path) -> None:
    (tmp_path / "test_impostors.py").write_text(IMPOSTORS)
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-n0", "-p", "tests.kinds", "-rA", str(tmp_path)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert "a test of the kind “unit” may take 1 s" in said
    assert "has started a program (os.system)" in said
    assert "2 failed, 1 passed" in said
