"""Many readers request a page at once that has just changed: it is rendered once, and never sent as it was."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command.conftest import paper, template
from tests.command.papers import Paper, RunningCommand, wait_until
from tests.pagecache.stampede import ADDED_WORDS, REMOVED_WORDS
from tools.ports import free_port

__all__ = ["paper", "template"]

CROWD = 200
LONG = 2.0  # seconds of a rendering, longer than COALESCE_TIMEOUT
SERVE = "from tests.pagecache import stampede; stampede.serve({port}, {marks!r}, {seconds})"
pytestmark = pytest.mark.timeout(300)


@dataclass
class Hot:
    """A page in demand, of a paper that counts its renderings."""

    paper: Paper
    served: RunningCommand
    path: str
    marks: Path

    def run(self, function: str) -> str:
        """Runs a function of `stampede` in a process of its own."""
        return self.paper.shell(f"from tests.pagecache import stampede; print(stampede.{function}())")

    def get(self) -> tuple[int, str]:
        """One reader."""
        return self.served.get(self.path)

    def crowd(self, many: int = CROWD) -> list[tuple[int, str]]:
        """The responses to so many readers at the same moment."""
        answers: list[tuple[int, str]] = []
        begin = threading.Barrier(many)

        def ask() -> None:
            begin.wait()
            answers.append(self.get())

        threads = [threading.Thread(target=ask) for _ in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def renderings(self) -> int:
        """The number of renderings that have begun."""
        return len(self.marks.read_text())


@contextmanager
def hot(paper: Paper, seconds: float) -> Iterator[Hot]:
    """The page, baked once, before two processes that take so many seconds to render it."""
    marks, port = paper.folder / "marks.txt", free_port()
    path = paper.shell("from tests.pagecache import stampede; print(stampede.prepare())")
    code = SERVE.format(port=port, marks=str(marks), seconds=seconds)
    running = RunningCommand(["--data", str(paper.folder), "manage", "shell", "--no-imports", "-c", code], port=port)
    page = Hot(paper, running, path, marks)
    try:
        wait_until(lambda: answers(running))
        assert page.get()[0] == 200
        yield page
    finally:
        running.end()
        running.close()


def answers(running: RunningCommand) -> bool:
    try:
        return running.get("/healthz")[0] == 200
    except OSError:
        return False


def test_a_page_without_a_removed_comment_is_rendered_once_for_all_readers(paper: Paper) -> None:
    with hot(paper, seconds=0.6) as page:
        assert REMOVED_WORDS in page.get()[1]
        page.run("remove")
        before = page.renderings()
        got = page.crowd()
        assert len(got) == CROWD
        assert len(set(got)) == 1
        assert got[0][0] == 200
        assert REMOVED_WORDS not in got[0][1]
        assert page.renderings() == before + 1


def test_a_stale_copy_is_sent_while_a_new_comment_is_rendered(paper: Paper) -> None:
    with hot(paper, seconds=LONG) as page:
        old = page.get()
        page.run("add")
        before = page.renderings()
        first: list[tuple[int, str]] = []
        rendering = threading.Thread(target=lambda: first.append(page.get()))
        rendering.start()
        wait_until(lambda: page.renderings() > before)
        begun = time.monotonic()
        assert page.get() == old
        assert time.monotonic() - begun < LONG / 2
        page.crowd(20)
        rendering.join()
        assert ADDED_WORDS in first[0][1]
        assert page.get() == first[0]
        assert page.renderings() == before + 1


def test_a_removed_comment_is_in_no_stale_copy(paper: Paper) -> None:
    with hot(paper, seconds=LONG) as page:
        page.run("add")  # makes the old page stale
        page.run("remove")
        got = page.crowd(20)
        assert {status for status, _ in got} == {200}
        assert not any(REMOVED_WORDS in text for _, text in got)
        assert all(ADDED_WORDS in text for _, text in got)
