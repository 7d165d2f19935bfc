"""The workshop keeps its word: what it lists, locks, refuses and plans."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from packaging.requirements import Requirement

from tests.contracts.tree import ROOT
from tools.licences import canonical, is_welcome
from tools.suite import chosen, parser, plan

ENTRY = r"^[\w.-]+==.*\\(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+"  # of a lock
TARGETS = {"help", "setup", "demo", "test", "test-fast", "check", "bench", "soak"}


def test_make_alone_lists_every_target_with_a_line_about_it() -> None:
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    told = dict(re.findall(r"^ +make ([\w-]+) +(\S.*)$", listed, re.MULTILINE))
    written = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(told) == written
    assert written >= TARGETS


def test_the_door_to_the_workshop_can_be_read_by_a_python_of_yesterday() -> None:
    ast.parse((ROOT / "tools/setup.py").read_text(), feature_version=(3, 5))
    with pytest.raises(SyntaxError):
        ast.parse("place: str = f'here'", feature_version=(3, 5))


def test_too_old_a_python_says_so_in_one_sentence(tmp_path: Path) -> None:
    door = tmp_path / "setup.py"
    door.write_text((ROOT / "tools/setup.py").read_text().replace("FLOOR = (3, 11)", "FLOOR = (4, 0)"))
    answer = subprocess.run([sys.executable, str(door)], capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3." in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_everything_that_pyproject_asks_for_is_locked_with_hashes() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())
    paper = [*wanted["project"]["dependencies"], *wanted["project"]["optional-dependencies"]["postgres"]]
    paper += wanted["build-system"]["requires"]
    assert unmet(paper, "requirements.lock") == []
    assert unmet([*paper, *wanted["dependency-groups"]["dev"]], "requirements-dev.lock") == []


def unmet(requirements: list[str], lock: str) -> list[str]:
    """Return the requirements that a lock does not meet."""
    versions = {canonical(entry.partition("==")[0]): entry.split()[0].partition("==")[2] for entry in locked(lock)}
    asked = map(Requirement, requirements)
    return [str(each) for each in asked if not each.specifier.contains(versions.get(canonical(each.name), "0"))]


def locked(lock: str) -> list[str]:
    """Return the entries of a lock: version, markers and hashes."""
    return re.findall(ENTRY, (ROOT / lock).read_text(), re.MULTILINE)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_nothing_but_versions_with_hashes(lock: str) -> None:
    assert "".join(f"{entry}\n" for entry in locked(lock)) == (ROOT / lock).read_text()


def test_developers_have_what_a_paper_runs_on_in_the_very_same_versions() -> None:
    assert [entry for entry in locked("requirements.lock") if entry not in locked("requirements-dev.lock")] == []


def test_a_paper_is_installed_without_the_tools_of_developers() -> None:
    names = {entry.partition("==")[0] for entry in locked("requirements.lock")}
    assert {"pytest", "mypy", "ruff", "hypothesis", "playwright", "uv"} & names == set()


def test_what_builds_the_package_is_locked_for_a_build_without_isolation() -> None:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert written["dependency-groups"]["build"] == written["build-system"]["requires"]


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "AGPLv3", "GNU General Public License v3 (GPLv3)", "GNU AGPL", ""])
def test_a_copyleft_or_unknown_licence_is_refused(licence: str) -> None:
    assert not is_welcome(licence)


@pytest.mark.parametrize(
    "licence", ["MIT", "LGPL-3.0-only", "GNU Lesser General Public License v3 (LGPLv3)", "GPL-2.0-only OR BSD-3-Clause"]
)
def test_a_licence_that_may_be_shipped_with_is_welcome(licence: str) -> None:
    assert is_welcome(licence)


def words(*asked: str, databases: tuple[str, ...] = ("sqlite", "postgres"), gated: bool = True) -> list[list[str]]:
    """What pytest is told in each of its runs."""
    return [run.words for run in plan(parser().parse_args(asked), [*databases], gated=gated)]


def test_the_floor_of_coverage_holds_over_both_databases_and_only_when_nothing_is_missing() -> None:
    first, last = words("--coverage", "test")
    assert "--cov-append" in last
    assert "--cov-fail-under=95" in last
    assert "--cov-fail-under=95" not in first
    (only,) = words("--coverage", "test", databases=("sqlite",), gated=False)
    assert "--cov" in only
    assert "--cov-fail-under=95" not in only


def test_coverage_is_measured_only_where_it_is_asked_for() -> None:
    assert words("test") == [[], []]


def test_named_tests_run_in_one_process_and_all_others_in_several() -> None:
    assert words("test", "-k", "one") == [["-n0", "-k", "one"]] * 2
    assert words("fast", databases=("sqlite",)) == [["-m", "(unit or integration) and not exhaustive"]]


@pytest.mark.parametrize(
    ("asked", "has_words", "expected"),
    [
        (None, False, ["sqlite", "postgres"]),
        (None, True, ["sqlite"]),
        ("all", True, ["sqlite", "postgres"]),
        ("postgres", True, ["postgres"]),
        ("sqlite", False, ["sqlite"]),
    ],
)
def test_named_tests_run_on_sqlite_unless_it_is_said_otherwise(
    asked: str | None, has_words: bool, expected: list[str]
) -> None:
    assert chosen(asked, has_words=has_words) == expected


def test_the_second_database_runs_what_it_could_change() -> None:
    first, second = plan(parser().parse_args(["test"]), ["sqlite", "postgres"], gated=True)
    assert "BROADSHEET_TEST_SECOND" not in first.variables
    assert second.variables == {"BROADSHEET_TEST_SECOND": "1"}
    (alone,) = plan(parser().parse_args(["test"]), ["postgres"], gated=True)
    assert alone.variables == {}


def test_every_room_with_tables_has_migrations() -> None:
    rooms = [room for room in apps.get_app_configs() if room.name.startswith("broadsheet.") and any(room.get_models())]
    assert rooms
    assert [room.name for room in rooms if not (Path(room.path) / "migrations/0001_initial.py").exists()] == []


def test_tests_set_only_settings_that_exist() -> None:
    """A test that sets one under its former name would test nothing."""
    written = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    given = {name for text in written for name in re.findall(r"\bsettings\.([A-Z][A-Z_]+)(?=[\w, .]* = )", text)}
    assert len(given) > 10
    assert {name for name in given if not hasattr(settings, name)} == set()
