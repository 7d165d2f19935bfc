"""What breaks around a running paper costs no reader a page and no writer a word, and mends itself."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command.load import Column, ask, reading
from tests.command.papers import ON_POSTGRES, Paper, Served, served, wait_until
from tools.processes import living

pytestmark = pytest.mark.timeout(600)
MISSED = """
from django.db import transaction
from broadsheet.pagecache.models import Effect, Purge
with transaction.atomic():
    Purge.objects.record(["paper"], Effect.HARD)
"""
FULL = """cannot write to the data folder (File too large)
cannot bake pages, so each is rendered for every reader (File too large)
"""
SOON = 30.0  # seconds
ALL_OF_THEM = 4  # granian with two that answer readers, and the worker


@pytest.fixture
def column(paper: Paper) -> Column:
    """Four articles of a paper that has been asked for its front page once."""
    return Column.of(paper, articles=4)


def file_of(paper: Paper, page: str) -> Path:
    return paper.folder / f"baked/pages{page}index.html"


def bake(paper: Paper, running: Served, *pages: str) -> None:
    """Reads the pages until all of them lie on the disk."""

    def baked() -> bool:
        assert [running.get(page)[0] for page in pages] == [200] * len(pages)
        return all(file_of(paper, page).exists() for page in pages)

    wait_until(baked)


@contextmanager
def no_room(running: Served) -> Iterator[None]:
    """Lets no process of the paper's write into any file: what a full disk does, and root is held by it too."""
    pids = running.descendants()
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in living(pids):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_a_full_disk_costs_no_reader_a_page_and_no_writer_a_word(paper: Paper, column: Column) -> None:
    first, second, third, _ = column.pages
    with served(paper) as running:
        bake(paper, running, first, third)
        with no_room(running):
            assert [ask(running.port, page)[0] for page in (first, second, third)] == [200] * 3
            assert not file_of(paper, second).exists()
            assert file_of(paper, first).exists()  # what cannot be kept drives nothing else out
            status, page = ask(running.port, column.form(first), column.comment("I saw it 1 time."))
            assert status == 302 if ON_POSTGRES else 503  # the disk of PostgreSQL is another
            assert ON_POSTGRES or ("could not be saved" in page and "I saw it 1 time." in page)
            assert running.get("/readyz") == (503, FULL)
        bake(paper, running, second)
        assert ask(running.port, column.form(first), column.comment("I saw it 2 times."))[0] == 302
        assert running.get("/readyz") == (200, "ok\n")


def test_a_folder_of_baked_pages_that_is_lost_costs_no_reader_a_page(paper: Paper, column: Column) -> None:
    first, second, third, _ = column.pages
    folder = paper.folder / "baked"
    with served(paper) as running:
        bake(paper, running, first, second)
        folder.rename(paper.folder / "away")
        folder.write_text("where a folder should be; for root too this cannot be entered")
        with reading(running.port, column.pages) as crowd:
            wait_until(lambda: crowd.read > 40)
            status, told = running.get("/readyz")
        assert status == 200
        assert "cannot bake pages" in told
        assert (crowd.missed, crowd.broken) == ([], [])
        folder.unlink()
        bake(paper, running, first, second, third)
        assert running.get("/readyz") == (200, "ok\n")


def test_damaged_pages_and_a_damaged_index_are_given_to_nobody(paper: Paper, column: Column) -> None:
    first, second, third, _ = column.pages
    with served(paper) as running:
        bake(paper, running, first, second)
        file, right = file_of(paper, first), running.get(first)
        file.write_bytes(b"#" * file.stat().st_size)
        assert running.get(first) == right
        wait_until(lambda: b"#" * 80 not in file.read_bytes())
        wait_until(lambda: is_told_after_damage(paper, running))
        assert [running.get(page)[0] for page in (first, second, third)] == [200] * 3
        bake(paper, running, first, second, third)
        wait_until(lambda: running.get("/readyz") == (200, "ok\n"))
        paper.shell(MISSED)
        wait_until(lambda: not file_of(paper, first).exists(), patience=SOON)


def is_told_after_damage(paper: Paper, running: Served) -> bool:
    """Whether the paper tells of an index that is damaged; who bakes, or follows purges, may mend it before that."""
    for index in (paper.folder / "baked").glob("index-*.sqlite3"):
        index.write_bytes(b"scribbled over by a faulty disk" * 400)
    return "index of baked pages is damaged" in running.get("/readyz")[1]


def pid_of(running: Served, what: str) -> int:
    """The process that answers readers for granian, granian itself, or the worker: told apart by their children."""
    wait_until(lambda: len(running.descendants()) == ALL_OF_THEM)
    parents = {pid: parent_of(pid) for pid in running.descendants()}
    granian = next(parent for parent in parents.values() if parent in parents)
    web = [pid for pid, parent in parents.items() if parent == granian]
    [worker] = set(parents) - {granian, *web}
    return {"web": web[0], "granian": granian, "worker": worker}[what]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def stamps(paper: Paper, pages: list[str]) -> set[int]:
    """What tells the files of these pages from those that lie there later."""
    return {file.stat().st_mtime_ns for file in (file_of(paper, page) for page in pages) if file.exists()}


@pytest.mark.parametrize("what", ["worker", "web", "granian"])
def test_whoever_dies_is_replaced_and_purges_are_followed_again(what: str, paper: Paper, column: Column) -> None:
    with served(paper) as running:
        bake(paper, running, *column.pages)
        before = stamps(paper, column.pages)
        with reading(running.port, column.pages) as crowd:
            os.kill(pid_of(running, what), signal.SIGKILL)
            paper.shell(MISSED)  # by a process that ends before it could remove anything
            wait_until(lambda: len(running.descendants()) == ALL_OF_THEM, patience=SOON)
            wait_until(lambda: not before & stamps(paper, column.pages), patience=SOON)
            read = crowd.read
            wait_until(lambda: crowd.read > read + 20)
        assert crowd.missed == []
        assert what != "worker" or crowd.broken == []
        assert running.end() == 0
