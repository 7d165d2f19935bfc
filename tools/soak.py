"""Runs every campaign in full, in parts of half an hour at most; what has passed at this commit is not repeated.

What has passed, and what it said, is kept in .tools/soak, in a folder for the state of the checkout.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ROOT / ".tools/soak"
PYTEST = [sys.executable, "-m", "pytest", "-n0", "-q", "--timeout=0"]


@dataclass(frozen=True)
class Part:
    """One test of a campaign, on one database."""

    database: str
    test: str

    def __str__(self) -> str:
        return f"{self.test} on {self.database}"

    def record(self, records: Path) -> Path:
        """Return the file that exists once the part has passed."""
        return records / f"{hashlib.sha256(str(self).encode()).hexdigest()[:16]}.txt"

    def run(self, records: Path) -> bool:
        """Run the part, print its output, and return whether it passes."""
        began = time.monotonic()
        done = pytest(self.database, "-s", self.test)
        passed = done.returncode == 0
        told = f"{'passed' if passed else 'FAILED'} after {time.monotonic() - began:.0f} s: {self}\n{done.stdout}"
        print(told, flush=True)
        if passed:
            self.record(records).write_text(told)
        return passed


def main(databases: Iterable[str], *, only: str = "") -> int:
    """Return 0 when every part has passed, now or before."""
    found = [part for database in databases for part in parts(database) if only.lower() in part.test.lower()]
    if not found:
        print(f"No campaign has “{only}” in its name.", file=sys.stderr)
        return 1
    records = folder()
    left = remaining(found, records)
    if len(left) < len(found):
        print(f"{len(found) - len(left)} of {len(found)} parts have passed before; see {RECORDS.relative_to(ROOT)}.")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = pool.map(lambda part: part.run(records), left)
        failed = [part for part, good in zip(left, passed, strict=True) if not good]
    print("\n".join(f"Failed: {part}" for part in failed) if failed else "All campaigns have passed.")
    return int(bool(failed))


def remaining(found: Iterable[Part], records: Path) -> list[Part]:
    """Return the parts without a record of having passed."""
    return [part for part in found if not part.record(records).exists()]


def parts(database: str) -> list[Part]:
    """Return the campaigns that run on a database."""
    listed = pytest(database, "--collect-only", "--no-header", "--no-summary", "-m", "campaign")
    if listed.returncode:
        raise SystemExit(listed.stdout)
    return [Part(database, line) for line in listed.stdout.splitlines() if "::" in line]


def pytest(database: str, *words: str) -> "subprocess.CompletedProcess[str]":
    given = {"BROADSHEET_TEST_DATABASE": database, "BROADSHEET_SOAK": "1"}
    command = [*PYTEST, *words]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def folder() -> Path:
    """Return the folder of the records for the present state of the checkout; delete those of other states."""
    here = RECORDS / state(ROOT)
    for other in RECORDS.glob("*"):
        if other != here:
            shutil.rmtree(other)
    here.mkdir(parents=True, exist_ok=True)
    return here


def state(root: Path) -> str:
    """Return a digest of a checkout's commit and of every change since."""
    known = git(root, "rev-parse", "HEAD") + git(root, "diff", "HEAD")
    new = [path for path in git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0") if path]
    unknown = [path.encode() + (root / path).read_bytes() for path in new]
    return hashlib.sha256(b"\0".join([known.encode(), *unknown])).hexdigest()[:16]


def git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout
