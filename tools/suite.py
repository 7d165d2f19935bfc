"""Runs the tests: all of them on both databases, the fast ones, the ones that are named, or the long campaigns."""

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass, field

from tools import equipment, soak

FLOOR = 95  # per cent of the branches, over both databases
NEVER_COLLECTED_ANYTHING = 5
DATABASES = ["sqlite", "postgres"]
FAST = "(unit or integration) and not exhaustive"


@dataclass
class Run:
    """One run of pytest."""

    database: str
    words: list[str]
    variables: dict[str, str] = field(default_factory=dict)
    may_be_empty: bool = False

    def code(self) -> int:
        """Return pytest's exit code."""
        print(f"== The tests on {self.database}", flush=True)
        given = {"BROADSHEET_TEST_DATABASE": self.database, "PYTHONUNBUFFERED": "1", **self.variables}
        command = [sys.executable, "-m", "pytest", *self.words]
        code = subprocess.run(command, env={**os.environ, **given}, check=False).returncode
        return 0 if code == NEVER_COLLECTED_ANYTHING and self.may_be_empty else code


def main(arguments: list[str]) -> int:
    """Return pytest's exit code: the first that is not 0."""
    asked = parser().parse_args(arguments)
    lacking = equipment.missing()
    if "postgres" in lacking and equipment.everything_is_required():
        print(f"This run requires everything: {lacking['postgres']}.", file=sys.stderr)
        return 1
    databases = chosen(asked.db, has_words=bool(asked.words) or asked.purpose == "fast")
    lost = "postgres" in databases and "postgres" in lacking
    if lost:
        databases.remove("postgres")
    if asked.purpose == "soak":
        code = soak.main(databases, only=asked.only)
    else:
        code = next((code for run in plan(asked, databases, gated=not lacking) if (code := run.code())), 0)
    if lost:
        print(f"Not run on PostgreSQL: {lacking['postgres']}.")
    return code


def parser() -> argparse.ArgumentParser:
    reading = argparse.ArgumentParser(prog="tools.suite", description=__doc__)
    reading.add_argument("--db", choices=[*DATABASES, "all"], help="where to run; without words the default is all")
    reading.add_argument("--coverage", action="store_true", help="measure what is covered, and require enough")
    reading.add_argument("--only", default="", help="of the campaigns, those with this in their name")
    reading.add_argument("purpose", choices=["test", "fast", "soak"])
    reading.add_argument("words", nargs=argparse.REMAINDER, help="for pytest; with any of them one process runs")
    return reading


def chosen(database: str | None, *, has_words: bool) -> list[str]:
    """Return the databases to run on: both, but SQLite alone for a part of the tests, unless it is said otherwise."""
    if database and database != "all":
        return [database]
    return DATABASES[:1] if has_words and not database else [*DATABASES]


def plan(asked: argparse.Namespace, databases: list[str], *, gated: bool) -> list[Run]:
    """Return the runs of pytest that were asked for."""
    words = ["-n0", *asked.words] if asked.words else []
    if asked.purpose == "fast":
        words = ["-m", FAST, *asked.words]
    runs = [Run(database, [*words]) for database in databases]
    for run in runs[1:]:
        run.variables["BROADSHEET_TEST_SECOND"] = "1"
        run.may_be_empty = bool(words)
    if asked.coverage:
        cover(runs, gated=gated)
    return runs


def cover(runs: list[Run], *, gated: bool) -> None:
    """Let the runs add up what they cover; the last reports it and, if nothing is missing, requires enough."""
    for place, run in enumerate(runs):
        run.words += ["--cov", "--cov-branch", *(["--cov-append"] if place else [])]
        run.words.append("--cov-report=" + ("term:skip-covered" if run is runs[-1] else ""))
    if gated:
        runs[-1].words.append(f"--cov-fail-under={FLOOR}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
