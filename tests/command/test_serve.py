"""`broadsheet serve` serves the paper, refuses with a message if it cannot, and leaves no process behind."""

import os
import re
import resource
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from tests.command.papers import (
    BROADSHEET,
    TIMEOUT,
    Paper,
    RunningCommand,
    environment,
    refusal_of,
    refused,
    serving,
    wait_until,
)
from tests.contracts.tree import ROOT
from tools.ports import free_port
from tools.processes import living

SLOW = pytest.mark.timeout(180)


def test_serve_prints_its_address_and_answers_there_and_stops_cleanly(paper: Paper) -> None:
    with serving(paper) as running:
        assert running.first_line == f"Listening on http://127.0.0.1:{running.port}/ (press Ctrl-C to stop)\n"
        assert running.get("/healthz") == (200, "ok\n")
        assert running.get("/readyz") == (200, "ok\n")
        assert running.get("/sign-in/")[0] == 200
        wait_until(lambda: paper.sql("SELECT count(*) FROM core_scheduledrun") != [(0,)])
        assert running.end(signal.SIGTERM) == 0
        assert "Traceback" not in running.output[1]


def test_ctrl_c_stops_serve_and_all_its_children(paper: Paper) -> None:
    with serving(paper) as running:
        children = running.descendants()
        assert len(children) == 4  # granian, its two server processes, and the worker
        assert running.end(signal.SIGINT) == 0
        assert living(children) == set()


def request_while_locked(running: RunningCommand) -> tuple[threading.Thread, list[tuple[int, str]]]:
    """Send a request that cannot be answered while the database is locked."""
    answers: list[tuple[int, str]] = []
    thread = threading.Thread(target=lambda: answers.append(running.get("/readyz")))
    thread.start()
    return thread, answers


def test_requests_in_progress_are_finished_before_serve_stops(paper: Paper) -> None:
    with serving(paper) as running:
        assert running.get("/readyz")[0] == 200
        with paper.locked():
            thread, answers = request_while_locked(running)
            thread.join(timeout=1)
            running.program.send_signal(signal.SIGTERM)
            thread.join(timeout=1.5)
            assert answers == []
            assert running.program.poll() is None
        thread.join()
        assert answers == [(200, "ok\n")]
        assert running.program.wait(timeout=TIMEOUT) == 0


def test_a_second_ctrl_c_stops_at_once(paper: Paper) -> None:
    with serving(paper) as running, paper.locked():
        children = running.descendants()
        with socket.create_connection(("127.0.0.1", running.port)) as reader:
            reader.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            reader.settimeout(1)
            with pytest.raises(TimeoutError):
                reader.recv(1)
            running.program.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                running.program.wait(timeout=1)
            assert running.end(signal.SIGINT) == 1
        wait_until(lambda: not living(children), timeout=5)
        assert "process has not stopped and is killed" in running.output[1]


def test_a_killed_serve_leaves_no_children_and_frees_its_port(paper: Paper) -> None:
    with serving(paper) as running:
        children = running.descendants()
        running.program.kill()
        running.program.wait()
        wait_until(lambda: not living(children), timeout=3)
    with serving(paper) as again:
        assert again.get("/readyz")[0] == 200


def test_every_killed_child_is_restarted(paper: Paper) -> None:
    with serving(paper) as running:
        for child in sorted(running.descendants()):
            if living({child}):
                os.kill(child, signal.SIGKILL)
        wait_until(lambda: len(running.descendants()) == 4)
        wait_until(lambda: is_ready(running))
        assert running.end() == 0


def is_ready(running: RunningCommand) -> bool:
    try:
        return running.get("/readyz") == (200, "ok\n")
    except OSError:
        return False


def test_a_killed_server_process_is_replaced(paper: Paper) -> None:
    with serving(paper) as running:
        before = running.descendants()
        os.kill(max(before), signal.SIGKILL)
        wait_until(lambda: len(running.descendants()) == 4 and running.descendants() != before)
        assert all(is_ready(running) for _ in range(8))


def test_a_port_in_use_is_refused(paper: Paper) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        message = refusal_of(paper.run("serve", "--port", str(port)))
    assert re.search(rf"Cannot listen on 127.0.0.1 port {port} \(Address already in use\)\. Choose another", message)


def test_an_address_of_another_machine_is_refused(paper: Paper) -> None:
    assert "Cannot listen on" in refusal_of(paper.run("serve", "--host", "192.0.2.1", "--port", str(free_port())))


def test_a_missing_migration_is_refused(paper: Paper) -> None:
    paper.sql("DELETE FROM django_migrations WHERE app = 'core'")
    message = refusal_of(paper.run("serve", "--port", str(free_port())))
    assert "not been applied (first: core.0001_initial)" in message
    assert "broadsheet manage migrate" in message


def test_an_unreadable_secret_is_refused(paper: Paper) -> None:
    secret = paper.folder / "secrets" / "signing-key"
    secret.write_text("")
    assert f"{secret} is empty" in refusal_of(paper.run("serve"))
    secret.write_bytes(b"\xff\xfe\x00")
    assert f"{secret} is not text" in refusal_of(paper.run("serve"))
    secret.unlink()
    assert f"{secret} cannot be read (No such file or directory)" in refusal_of(paper.run("serve"))


def test_a_folder_that_is_not_writable_is_refused(paper: Paper) -> None:
    """The limit stands for a full disk: it holds for root as well, which file modes do not."""
    quiet = environment(PYTHONDONTWRITEBYTECODE="1")
    result = subprocess.run(
        [*BROADSHEET, "serve", "--data", str(paper.folder)],
        cwd=ROOT,
        env={name: value for name, value in quiet.items() if not name.startswith("COVERAGE")},
        text=True,
        capture_output=True,
        check=False,
        timeout=TIMEOUT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )
    assert f"Cannot write to {paper.folder} (File too large)" in refusal_of(result)


@pytest.mark.parametrize("command", ["serve", "worker", "doctor", "manage"])
def test_a_missing_paper_is_refused_with_the_command_that_creates_it(command: str, tmp_path: Path) -> None:
    message = refused("--data", tmp_path / "none", command)
    assert f"There is no paper in {tmp_path / 'none'}: the folder does not exist" in message
    assert f"`broadsheet init {tmp_path / 'none'}`" in message
    assert f"There is no paper in {tmp_path}." in refused(command, BROADSHEET_DATA=str(tmp_path))


def test_a_database_server_that_is_away_is_refused(paper: Paper) -> None:
    result = paper.run("serve", "--port", str(free_port()), BROADSHEET_DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert "Is the database server running" in refusal_of(result)


def test_all_invalid_options_are_listed_at_once(paper: Paper) -> None:
    paper.add_option('mail_security = "rot13"')
    result = paper.run("serve", "--port", "99999", "--workers", "none")
    assert result.returncode == 1
    assert [line.split(" ")[0] for line in result.stderr.splitlines()] == [
        "--port:", "--workers:", "BROADSHEET_MAIL_SECURITY",
    ]  # fmt: skip
    assert "Traceback" not in result.stderr


@pytest.mark.sqlite  # the journal is its own
def test_a_file_that_is_not_a_database_is_refused(paper: Paper) -> None:
    (paper.folder / "paper.sqlite3").write_bytes(b"not a database, but long enough to look at" * 100)
    assert "not a database" in paper.run("serve", "--port", str(free_port())).stderr.splitlines()[-1]
