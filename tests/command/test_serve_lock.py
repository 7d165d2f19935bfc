"""One `serve` at a time serves a data folder; the lock ends with its process."""

import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.command.serve_lock import AlreadyServed, served_once

HOLD = """
import sys, time
from pathlib import Path
from broadsheet.command.serve_lock import served_once
with served_once(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(600)
"""


def test_a_second_server_of_the_same_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with served_once(tmp_path), pytest.raises(AlreadyServed) as refusal, served_once(tmp_path, timeout=0):
        pass
    assert str(refusal.value) == (
        f"Another `broadsheet serve` is serving the paper in {tmp_path}. Stop it first, or serve a copy of the folder."
    )


def test_two_folders_are_served_at_once_and_a_folder_again_afterwards(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for _ in range(2):
        with served_once(tmp_path, timeout=0), served_once(tmp_path / "other", timeout=0):
            pass


def test_the_lock_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as server:
        assert server.stdout
        assert server.stdout.readline() == b"locked\n"
        with pytest.raises(AlreadyServed), served_once(tmp_path, timeout=0):
            pass
        server.kill()
    with served_once(tmp_path):
        pass
