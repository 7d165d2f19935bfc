"""Runs every check that needs no test: each is named, all are run, and what failed is named again at the end."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = [sys.executable, "-m"]
CHECKS: dict[str, list[str]] = {
    "style": [f"{BIN}/ruff", "check", "--quiet", "."],
    "form": [f"{BIN}/ruff", "format", "--check", "--quiet", "."],
    "types": [f"{BIN}/mypy"],
    "imports": [f"{BIN}/lint-imports", "--no-logo"],
    "templates": [*PYTHON, "tools.templates", "--check"],
    "migrations": [*PYTHON, "django", "makemigrations", "--check", "--dry-run"],
    "licences": [*PYTHON, "tools.licences"],
}


TOLD = {"licences"}  # what these print is wanted in any case
if (ROOT / "tools/docs").is_dir():
    CHECKS["documents"] = [*PYTHON, "tools.docs", "--check"]


def main(chosen: list[str]) -> int:
    """Returns 0 when all checks (or the chosen ones) hold."""
    failed = [name for name, command in CHECKS.items() if not chosen or name in chosen if not holds(name, command)]
    print(f"Failed: {', '.join(failed)}." if failed else "All checks hold.")
    return int(bool(failed))


def holds(name: str, command: list[str]) -> bool:
    """Runs one check and prints what it has to say when it fails."""
    began = time.monotonic()
    finished = subprocess.run(command, cwd=ROOT, env=surroundings(), capture_output=True, text=True, check=False)
    good = finished.returncode == 0
    print(f"{name:<12} {'holds' if good else 'FAILS'} {time.monotonic() - began:6.1f} s", flush=True)
    if not good or name in TOLD:
        print(finished.stdout + finished.stderr, flush=True)
    return good


def surroundings() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "tests.settings"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
