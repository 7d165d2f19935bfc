"""A worker's process is told from others by its ID and the moment at which it began."""

import os
import subprocess
import sys
import time

from broadsheet.command.task_loop import began, is_abandoned, worker_id_of


def test_the_task_of_a_living_worker_is_left_alone_and_that_of_an_ended_one_is_not() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        worker_id = worker_id_of(other.pid)
        assert not is_abandoned([worker_id], None)
        other.kill()
        while began(other.pid):
            time.sleep(0.01)
        os.kill(other.pid, 0)  # raises nothing: it has its ID until its parent has noticed
        assert is_abandoned([worker_id], None)


def test_a_process_that_got_the_id_of_an_ended_worker_is_not_that_worker() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        host, pid, beginning, token = worker_id_of(other.pid).split(":")
        assert is_abandoned([f"{host}:{pid}:{int(beginning) - 1}:{token}"], None)
        other.kill()


def test_a_worker_left_its_own_running_task() -> None:
    assert is_abandoned([worker_id_of(os.getpid())], None)


def test_a_task_of_another_machine_is_left_alone_for_an_hour() -> None:
    assert not is_abandoned(["elsewhere:1:2:ab"], None)
