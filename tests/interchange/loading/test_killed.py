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
from tests.command.papers import BROADSHEET, Paper, copy_of, drop, surroundings
from tests.contracts.tree import ROOT

pytestmark = pytest.mark.timeout(600)

POSTS, COMMENTS = 400, 1200
STANDING = "import json; from tests.interchange.imports import standing; print(json.dumps(standing(), default=str))"
FLAT = 60_000  # kilobytes that a file of four times the size may need more


@pytest.fixture
def papers(template: Path, tmp_path: Path) -> Iterator[list[Paper]]:
    """Two papers that are alike."""
    made = [copy_of(template, tmp_path / name) for name in ("left-alone", "killed")]
    yield made
    for paper in made:
        drop(paper.database)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of some years."""
    return write_export(tmp_path_factory.mktemp("site") / "site.xml", posts=POSTS, comments=COMMENTS)


def kill_when(paper: Paper, file: Path, line: re.Pattern[str]) -> None:
    """Starts the import and kills it, as a power cut would, when it says this."""
    words = [*BROADSHEET, "--data", str(paper.folder), "import", "wordpress", str(file)]
    running = subprocess.Popen(
        words, cwd=ROOT, env=surroundings(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    with running.stderr as lines:
        told = next((told for told in lines if line.match(told)), None)
        running.kill()
    assert running.wait() == -signal.SIGKILL
    assert told is not None


def said(paper: Paper, file: Path) -> str:
    ran = paper.run("import", "wordpress", file)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def number(paper: Paper, table: str) -> int:
    return int(str(paper.sql(f"SELECT count(*) FROM {table}")[0][0]))


def test_killed_while_importing_and_while_indexing_it_completes_and_nothing_is_there_twice(
    papers: list[Paper], file: Path
) -> None:
    left_alone, killed = papers
    assert f"{POSTS} articles" in said(left_alone, file)
    kill_when(killed, file, re.compile(r"Importing [2-7]\d %"))
    first = number(killed, "newsroom_articlepage")
    assert 0 < first < POSTS
    kill_when(killed, file, re.compile("Indexing 0 %"))
    assert number(killed, "newsroom_articlepage") == POSTS
    assert "Nothing new" in said(killed, file)
    assert killed.shell(STANDING) == left_alone.shell(STANDING)
    assert "Nothing new" in said(killed, file)
    assert "no problems found" in killed.run("manage", "fixtree", "--noinput").stdout.lower()


@looked_at_once
def test_memory_does_not_grow_with_the_file(papers: list[Paper], file: Path, tmp_path: Path) -> None:
    large = write_export(tmp_path / "large.xml", posts=POSTS * 4, comments=COMMENTS * 4)
    small_peak, large_peak = (peak(paper, what) for paper, what in zip(papers, (file, large), strict=True))
    assert large_peak < small_peak + FLAT


def peak(paper: Paper, file: Path) -> int:
    """The most memory that an import needed, in kilobytes."""
    words = [*BROADSHEET, "--data", str(paper.folder), "import", "wordpress", str(file), "--dry-run"]
    running = subprocess.Popen(words, cwd=ROOT, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert running.stdout is not None
    with running.stdout as told:
        assert re.search(rb"Would come in", told.read())
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0
    return used.ru_maxrss
