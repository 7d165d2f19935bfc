"""The worker finishes what it has begun, and what a killed one had begun is begun again."""

import os
import signal
import socket
from pathlib import Path

from tests.command.papers import Paper, wait_until, working
from tools.processes import living

ENQUEUE = "from tests.command.slow_server import nap; nap.enqueue({path!r}, {seconds})"


def enqueue(paper: Paper, path: Path, seconds: float) -> None:
    paper.shell(ENQUEUE.format(path=str(path), seconds=seconds))


def states(paper: Paper) -> list[object]:
    return [state for (state,) in paper.sql("SELECT status FROM django_tasks_database_dbtaskresult")]


LEASE = """
from django.utils import timezone
from broadsheet.core.models import Lease, ScheduledRun
print(ScheduledRun.objects.count() > 0, Lease.objects.get().until <= timezone.now())
"""


def test_it_keeps_the_clock_and_gives_it_back_when_it_ends(paper: Paper) -> None:
    with working(paper) as running:
        wait_until(lambda: paper.sql("SELECT count(*) FROM core_scheduledrun") != [(0,)])
        assert running.end() == 0
    assert paper.shell(LEASE) == "True True"


def test_the_task_under_way_is_finished_before_it_ends(paper: Paper, tmp_path: Path) -> None:
    enqueue(paper, tmp_path / "woken", 2)
    with working(paper) as running:
        wait_until((tmp_path / "woken.begun").exists)
        assert running.end(signal.SIGTERM) == 0
    assert (tmp_path / "woken").read_text() == "x"
    assert states(paper) == ["SUCCESSFUL"]


def test_a_task_that_a_killed_worker_had_begun_is_begun_again_by_the_next(paper: Paper, tmp_path: Path) -> None:
    enqueue(paper, tmp_path / "woken", 1)
    with working(paper) as running:
        wait_until((tmp_path / "woken.begun").exists)
        children = running.descendants()
        running.program.kill()
        wait_until(lambda: not living(children), patience=3)
    assert states(paper) == ["RUNNING"]
    with working(paper) as next_one:
        wait_until(lambda: states(paper) == ["SUCCESSFUL"])
        assert next_one.end() == 0
        assert "Tasks left unfinished by a killed worker, now queued again: 1" in next_one.said[1]
    assert (tmp_path / "woken").read_text() == "x"


def test_a_server_that_never_answers_holds_up_no_further_task(paper: Paper, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        paper.shell(f"from tests.command.slow_server import ask; ask.enqueue('http://127.0.0.1:{port}/')")
        enqueue(paper, tmp_path / "woken", 0)
        with working(paper) as running:
            wait_until((tmp_path / "woken").exists, patience=60)
            assert running.end() == 0
    assert set(states(paper)) == {"FAILED", "SUCCESSFUL"}


def test_a_worker_process_that_is_killed_comes_back(paper: Paper, tmp_path: Path) -> None:
    with working(paper) as running:
        assert running.first_line.startswith("Working on ")
        first = running.descendants()
        for pid in first:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: running.descendants() - first)
        enqueue(paper, tmp_path / "woken", 0)
        wait_until((tmp_path / "woken").exists)
        assert running.end() == 0
        assert "The worker process exited with code -9" in running.said[1]
