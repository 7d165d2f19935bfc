"""Failures of the disk, of files and of processes lose no page and no comment, and the paper recovers by itself."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command.load import Articles, readers, request
from tests.command.papers import ON_POSTGRES, Paper, RunningCommand, serving, wait_until
from tools.processes import living

pytestmark = pytest.mark.timeout(600)
PURGE_ALL = """
from django.db import transaction
from broadsheet.pagecache.models import Effect, Purge
with transaction.atomic():
    Purge.objects.record(["paper"], Effect.HARD)
"""
FULL = """cannot write to the data folder (File too large)
cannot bake pages, so each is rendered for every reader (File too large)
"""
SOON = 30.0  # seconds
ALL_PROCESSES = 4  # granian, its two server processes, and the worker


@pytest.fixture
def articles(paper: Paper) -> Articles:
    """Four articles of the paper."""
    return Articles.of(paper, articles=4)


def file_of(paper: Paper, page: str) -> Path:
    return paper.folder / f"baked/pages{page}index.html"


def bake(paper: Paper, running: RunningCommand, *pages: str) -> None:
    """Request the pages until all of them are baked."""

    def baked() -> bool:
        assert [running.get(page)[0] for page in pages] == [200] * len(pages)
        return all(file_of(paper, page).exists() for page in pages)

    wait_until(baked)


@contextmanager
def full_disk(paper: Paper, running: RunningCommand) -> Iterator[None]:
    """Keep the paper's processes from writing to any file, as a full disk does; file modes would not bind root.

    A full disk still lets a half-written transaction be rolled back over the blocks it has; this limit would not, and
    SQLite would refuse every read until then. So the limit is set while nobody writes.
    """
    pids = running.descendants()
    with paper.locked():
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in living(pids):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_a_full_disk_loses_no_page_and_no_comment(paper: Paper, articles: Articles) -> None:
    first, second, third, _ = articles.pages
    with serving(paper) as running:
        bake(paper, running, first, third)
        with full_disk(paper, running):
            assert [request(running.port, page)[0] for page in (first, second, third)] == [200] * 3
            assert not file_of(paper, second).exists()
            assert file_of(paper, first).exists()  # a page that cannot be stored replaces no other
            status, page = request(running.port, articles.form(first), articles.comment("I saw it 1 time."))
            assert status == 302 if ON_POSTGRES else 503  # the disk of PostgreSQL is another
            assert ON_POSTGRES or ("could not be saved" in page and "I saw it 1 time." in page)
            assert running.get("/readyz") == (503, FULL)
        bake(paper, running, second)
        assert request(running.port, articles.form(first), articles.comment("I saw it 2 times."))[0] == 302
        assert running.get("/readyz") == (200, "ok\n")


def test_pages_are_still_served_when_the_folder_of_baked_pages_is_lost(paper: Paper, articles: Articles) -> None:
    first, second, third, _ = articles.pages
    folder = paper.folder / "baked"
    with serving(paper) as running:
        bake(paper, running, first, second)
        folder.rename(paper.folder / "away")
        folder.write_text("where a folder should be; which root cannot enter either")
        with readers(running.port, articles.pages) as load:
            wait_until(lambda: load.pages_read > 40)
            status, body = running.get("/readyz")
        assert status == 200
        assert "cannot bake pages" in body
        assert (load.wrong_responses, load.broken_connections) == ([], [])
        folder.unlink()
        bake(paper, running, first, second, third)
        assert running.get("/readyz") == (200, "ok\n")


def test_damaged_pages_and_a_damaged_index_are_never_served(paper: Paper, articles: Articles) -> None:
    first, second, third, _ = articles.pages
    with serving(paper) as running:
        bake(paper, running, first, second)
        file, right = file_of(paper, first), running.get(first)
        file.write_bytes(b"#" * file.stat().st_size)
        assert running.get(first) == right
        wait_until(lambda: b"#" * 80 not in file.read_bytes())
        wait_until(lambda: is_reported_after_damage(paper, running))
        assert [running.get(page)[0] for page in (first, second, third)] == [200] * 3
        bake(paper, running, first, second, third)
        wait_until(lambda: running.get("/readyz") == (200, "ok\n"))
        paper.shell(PURGE_ALL)
        wait_until(lambda: not file_of(paper, first).exists(), timeout=SOON)


def is_reported_after_damage(paper: Paper, running: RunningCommand) -> bool:
    """Damage the index and return whether /readyz reports it; the worker may repair it first, hence the repetition."""
    for index in (paper.folder / "baked").glob("index-*.sqlite3"):
        index.write_bytes(b"scribbled over by a faulty disk" * 400)
    return "index of baked pages is damaged" in running.get("/readyz")[1]


def pid_of(running: RunningCommand, process: str) -> int:
    """Return the ID of a server process, of granian or of the worker, told apart by their children."""
    wait_until(lambda: len(running.descendants()) == ALL_PROCESSES)
    parents = {pid: parent_of(pid) for pid in running.descendants()}
    granian = next(parent for parent in parents.values() if parent in parents)
    web = [pid for pid, parent in parents.items() if parent == granian]
    [worker] = set(parents) - {granian, *web}
    return {"web": web[0], "granian": granian, "worker": worker}[process]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def stamps(paper: Paper, pages: list[str]) -> set[int]:
    """Return the modification times of the pages' files, which differ once a page is baked again."""
    return {file.stat().st_mtime_ns for file in (file_of(paper, page) for page in pages) if file.exists()}


@pytest.mark.parametrize("process", ["worker", "web", "granian"])
def test_killed_processes_are_restarted_and_purges_are_carried_out_again(
    process: str, paper: Paper, articles: Articles
) -> None:
    with serving(paper) as running:
        bake(paper, running, *articles.pages)
        before = stamps(paper, articles.pages)
        with readers(running.port, articles.pages) as load:
            os.kill(pid_of(running, process), signal.SIGKILL)
            paper.shell(PURGE_ALL)  # by a process that ends before it carries out the purge
            wait_until(lambda: len(running.descendants()) == ALL_PROCESSES, timeout=SOON)
            wait_until(lambda: not before & stamps(paper, articles.pages), timeout=SOON)
            count = load.pages_read
            wait_until(lambda: load.pages_read > count + 20)
        assert load.wrong_responses == []
        assert process != "worker" or load.broken_connections == []
        assert running.end() == 0
