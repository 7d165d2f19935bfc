"""A test that fails shows the logs of the servers that it had, and of those that its module still has."""

import subprocess
import sys
from pathlib import Path

from tests.command.logs import LONGEST, Log
from tests.contracts.tree import ROOT

TESTS = """
import pytest
from tests.command.logs import begun, written

@pytest.fixture(scope="module")
def server():
    with written("the harbour") as log:
        yield log

def test_1_succeeds():
    with written("the quay") as log:
        log.file.write(b"The quay was empty.")
        log.file.flush()

def test_2_fails(server):
    server.file.write(b"The tide was late.")
    server.file.flush()
    with written("the ferry") as log:
        log.file.write(b"The ferry had left.")
        log.file.flush()
    pytest.fail()
"""


def test_the_report_of_a_failure_shows_what_servers_wrote(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_servers.py").write_text(TESTS)
    options = ["-p", "tests.command.logs", "-p", "no:django", "-p", "no:randomly", "-c", str(tmp_path / "pytest.ini")]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "1 failed, 1 passed" in ran.stdout, ran.stdout + ran.stderr
    report = ran.stdout
    assert "Log of the harbour" in report
    assert "The tide was late." in report
    assert "Log of the ferry" in report
    assert "The ferry had left." in report
    assert "quay was empty" not in report


def test_a_log_is_read_while_it_is_written_and_holds_more_than_a_pipe() -> None:
    log = Log("the harbour")
    for line in ("first", "second"):
        code = f"import sys; sys.stderr.write('{line} ' * {LONGEST})"
        subprocess.run([sys.executable, "-c", code], stderr=log.file, check=True, timeout=60)
        assert log.text().endswith(f"{line} ")
    log.end()
    assert log.text() == "first " * LONGEST + "second " * LONGEST
