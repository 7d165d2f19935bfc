"""The kind of a test follows from what it uses, and the test keeps to the time limit of its kind."""

import os
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
def test_a_test_that_starts_a_program_anywhere_is_a_process_test(function: object) -> None:
    assert kinds.reached(function) == {"process"}


def test_a_function_that_starts_no_program_is_recognised() -> None:
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
def test_each_kind_has_its_time_limit(
    kind: str, seconds: float, crowding: float, *, is_right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "crowding", lambda: crowding)
    monkeypatch.setattr(kinds, "slowdown", lambda: 1.0)
    assert (kinds.complaint(kind, seconds, started=[]) == "") is is_right


def test_a_slow_machine_is_given_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "slowdown", lambda: 2.0)
    assert kinds.complaint("unit", 1.9, started=[]) == ""
    assert kinds.complaint("unit", 2.1, started=[])


def test_the_machine_is_never_taken_for_faster_than_the_limits_assume(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "REFERENCE", 1e9)
    assert kinds.slowdown() == (kinds.TRACED if sys.gettrace() else 1.0)
    monkeypatch.setattr(kinds, "REFERENCE", 1e-9)
    assert kinds.slowdown() > 1000


def test_sleeping_counts_as_time_of_the_test() -> None:
    before = kinds.own_time()
    time.sleep(0.05)
    assert 0.04 < kinds.own_time() - before < 0.5


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_unit_and_integration_tests_may_not_start_programs(kind: str) -> None:
    said = kinds.complaint(kind, 0.0, started=["subprocess.Popen"])
    assert bool(said) == (kind in {"unit", "integration"})


def test_a_test_that_breaks_the_rules_of_its_kind_fails(tmp_path: Path) -> None:
    (tmp_path / "test_impostors.py").write_text(IMPOSTORS)
    (tmp_path / "conftest.py").write_text("from tests import kinds\n\nkinds.slowdown = lambda: 1.0\n")
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-n0", "-p", "tests.kinds", "-rA", str(tmp_path)]
    untraced = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    said = subprocess.run(command, cwd=ROOT, env=untraced, capture_output=True, text=True, check=False).stdout
    assert "a test of the kind “unit” may take 1 s at most" in said
    assert "has started a program (os.system)" in said
    assert "2 failed, 1 passed" in said
