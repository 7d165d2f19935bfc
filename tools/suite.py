"""Runs the tests on SQLite and then on PostgreSQL, with one coverage figure over both.

`test` is the whole suite; `soak` the long campaigns at full figures. Further words go to pytest as they are, and then
no coverage is asked for, since a part of the suite covers a part of the code.
"""

import os
import subprocess
import sys
from collections.abc import Mapping

from tools import equipment

FLOOR = 95
NEVER_COLLECTED_ANYTHING = 5


def main(arguments: list[str]) -> int:
    """Returns pytest's exit code: the first that is not 0."""
    purpose, *words = arguments
    lacking = equipment.missing()
    databases = ["sqlite"] if "postgres" in lacking else ["sqlite", "postgres"]
    if "postgres" in lacking and equipment.everything_is_required():
        print(f"This run requires everything: {lacking['postgres']}.", file=sys.stderr)
        return 1
    soaking = purpose == "soak"
    plan = soak(words) if soaking else suite(words, databases, gated=not lacking)
    code = run_all(dict(zip(databases, plan, strict=False)), soaking=soaking)
    if "postgres" in lacking:
        print(f"Not run on PostgreSQL: {lacking['postgres']}.")
    return code


def suite(words: list[str], databases: list[str], *, gated: bool) -> list[list[str]]:
    """Plans a pytest run for each database; the last adds up the coverage and, if nothing is missing, is gated."""
    if words:
        return [words for _ in databases]
    covered = ["--cov", "--cov-branch"]
    first, last = [*covered, "--cov-report="], [*covered, "--cov-report=term:skip-covered"]
    if gated:
        last.append(f"--cov-fail-under={FLOOR}")
    return [[*last]] if len(databases) == 1 else [first, [*last, "--cov-append"]]


def soak(words: list[str]) -> list[list[str]]:
    return [["-m", "soak", "--timeout=0", *words]] * 2


def run_all(plan: Mapping[str, list[str]], *, soaking: bool) -> int:
    for database, arguments in plan.items():
        print(f"== The tests on {database}", flush=True)
        code = run(database, arguments, soaking=soaking)
        if code and not (soaking and code == NEVER_COLLECTED_ANYTHING):
            return code
    return 0


def run(database: str, arguments: list[str], *, soaking: bool) -> int:
    environment = {**os.environ, "BROADSHEET_TEST_DATABASE": database, "PYTHONUNBUFFERED": "1"}
    if soaking:
        environment["BROADSHEET_SOAK"] = "1"
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
