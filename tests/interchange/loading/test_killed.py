"""An import that is killed in the middle and started again ends like one that was left alone."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.exports import write_export
from tests.campaigns import looked_at_once
from tests.command.papers import BROADSHEET, Paper, copy_paper, drop_database, environment
from tests.contracts.tree import ROOT

pytestmark = pytest.mark.timeout(600)

POSTS, COMMENTS = 400, 1200
CONTENTS = "import json; from tests.interchange.imports import contents; print(json.dumps(contents(), default=str))"
FLAT = 60_000  # kilobytes that a file of four times the size may need more


@pytest.fixture
def papers(template: Path, tmp_path: Path) -> Iterator[list[Paper]]:
    """Two identical papers."""
    copies = [copy_paper(template, tmp_path / name) for name in ("undisturbed", "killed")]
    yield copies
    for paper in copies:
        drop_database(paper.database)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of several years."""
    return write_export(tmp_path_factory.mktemp("site") / "site.xml", posts=POSTS, comments=COMMENTS)


def kill_when(paper: Paper, file: Path, line: re.Pattern[str]) -> None:
    """Start the import, and kill it with SIGKILL when its progress matches this line."""
    words = [*BROADSHEET, "--data", str(paper.folder), "import", "wordpress", str(file), "--without-pictures"]
    running = subprocess.Popen(
        words, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    with running.stderr as lines:
        matching = next(filter(line.match, lines), None)
        running.kill()
    assert running.wait() == -signal.SIGKILL
    assert matching is not None


def report_of(paper: Paper, file: Path) -> str:
    ran = paper.run("import", "wordpress", file, "--without-pictures")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def count(paper: Paper, table: str) -> int:
    return int(str(paper.sql(f"SELECT count(*) FROM {table}")[0][0]))


def test_an_import_killed_while_importing_and_while_indexing_can_be_completed_without_duplicates(
    papers: list[Paper], file: Path
) -> None:
    undisturbed, killed = papers
    assert f"{POSTS} articles" in report_of(undisturbed, file)
    kill_when(killed, file, re.compile(r"Importing [2-7]\d %"))
    first = count(killed, "newsroom_articlepage")
    assert 0 < first < POSTS
    kill_when(killed, file, re.compile("Indexing 0 %"))
    assert count(killed, "newsroom_articlepage") == POSTS
    assert "Nothing new" in report_of(killed, file)
    assert killed.shell(CONTENTS) == undisturbed.shell(CONTENTS)
    assert "Nothing new" in report_of(killed, file)
    assert "no problems found" in killed.run("manage", "fixtree", "--noinput").stdout.lower()


@looked_at_once
def test_memory_does_not_grow_with_the_file(papers: list[Paper], file: Path, tmp_path: Path) -> None:
    large = write_export(tmp_path / "large.xml", posts=POSTS * 4, comments=COMMENTS * 4)
    small_peak, large_peak = (peak(paper, what) for paper, what in zip(papers, (file, large), strict=True))
    assert large_peak < small_peak + FLAT


def peak(paper: Paper, file: Path) -> int:
    """Return the peak memory of an import, in kilobytes."""
    options = ["--without-pictures", "--dry-run"]
    words = [*BROADSHEET, "--data", str(paper.folder), "import", "wordpress", str(file), *options]
    running = subprocess.Popen(words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert running.stdout is not None
    with running.stdout as output:
        assert re.search(rb"Would be imported", output.read())
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0
    return used.ru_maxrss
