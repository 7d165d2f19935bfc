"""Processes are told apart by what the system says of them, whatever they are called."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tools.processes import descendants, living

PARENT = """
import subprocess, sys, time
open("/proc/self/comm", "w").write("a) Z 1 (b")
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def parent() -> Iterator["subprocess.Popen[str]"]:
    """A process with a misleading name and one child; it ends with its input, and the child with the test."""
    program = [sys.executable, "-c", PARENT]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def test_a_child_lives_until_it_has_ended_also_while_nobody_has_noticed(parent: "subprocess.Popen[str]") -> None:
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert descendants(parent.pid) == {child}
    assert living({parent.pid, child}) == {parent.pid, child}
    parent.kill()
    while living({parent.pid}):
        pass
    assert parent.returncode is None
    assert living({child}) == {child}
    os.kill(child, signal.SIGKILL)
