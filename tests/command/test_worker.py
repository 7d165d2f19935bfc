"""A worker finishes the task in progress, and the tasks of a killed worker are run again."""

import os
import signal
import socket
from pathlib import Path

from tests.command.papers import Paper, running_worker, wait_until
from tools.processes import living

ENQUEUE = "from tests.command.slow_tasks import sleep_and_mark; sleep_and_mark.enqueue({path!r}, {seconds})"


def enqueue(paper: Paper, path: Path, seconds: float) -> None:
    paper.shell(ENQUEUE.format(path=str(path), seconds=seconds))


def states(paper: Paper) -> list[object]:
    return [state for (state,) in paper.sql("SELECT status FROM django_tasks_database_dbtaskresult")]


LEASE = """
from django.utils import timezone
from broadsheet.core.models import Lease, ScheduledRun
print(ScheduledRun.objects.count() > 0, Lease.objects.get().until <= timezone.now())
"""


def test_a_worker_runs_the_schedule_and_releases_its_lease_when_it_stops(paper: Paper) -> None:
    with running_worker(paper) as running:
        wait_until(lambda: paper.sql("SELECT count(*) FROM core_scheduledrun") != [(0,)])
        assert running.end() == 0
    assert paper.shell(LEASE) == "True True"


def test_the_task_in_progress_is_finished_before_the_worker_stops(paper: Paper, tmp_path: Path) -> None:
    enqueue(paper, tmp_path / "slept", 2)
    with running_worker(paper) as running:
        wait_until((tmp_path / "slept.begun").exists)
        assert running.end(signal.SIGTERM) == 0
    assert (tmp_path / "slept").read_text() == "x"
    assert states(paper) == ["SUCCESSFUL"]


def test_a_task_abandoned_by_a_killed_worker_is_run_by_the_next(paper: Paper, tmp_path: Path) -> None:
    enqueue(paper, tmp_path / "slept", 1)
    with running_worker(paper) as running:
        wait_until((tmp_path / "slept.begun").exists)
        children = running.descendants()
        running.program.kill()
        wait_until(lambda: not living(children), timeout=3)
    assert states(paper) == ["RUNNING"]
    with running_worker(paper) as next_one:
        wait_until(lambda: states(paper) == ["SUCCESSFUL"])
        assert next_one.end() == 0
        assert "Tasks left unfinished by a killed worker, now queued again: 1" in next_one.output[1]
    assert (tmp_path / "slept").read_text() == "x"


def test_a_server_that_never_answers_does_not_block_later_tasks(paper: Paper, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        paper.shell(
            f"from tests.command.slow_tasks import request_url; request_url.enqueue('http://127.0.0.1:{port}/')"
        )
        enqueue(paper, tmp_path / "slept", 0)
        with running_worker(paper) as running:
            wait_until((tmp_path / "slept").exists, timeout=60)
            assert running.end() == 0
    assert set(states(paper)) == {"FAILED", "SUCCESSFUL"}


def test_a_killed_worker_process_is_restarted(paper: Paper, tmp_path: Path) -> None:
    with running_worker(paper) as running:
        assert running.first_line.startswith("Working on ")
        first = running.descendants()
        for pid in first:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: running.descendants() - first)
        enqueue(paper, tmp_path / "slept", 0)
        wait_until((tmp_path / "slept").exists)
        assert running.end() == 0
        assert "The worker process exited with code -9" in running.output[1]
