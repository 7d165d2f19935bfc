"""One command serves the paper, refuses in a sentence what it cannot serve, and leaves nothing behind."""

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
    PATIENCE,
    Paper,
    Served,
    broadsheet,
    refusal_of,
    served,
    surroundings,
    wait_until,
)
from tests.contracts.tree import ROOT
from tools.ports import free_port
from tools.processes import living

SLOW = pytest.mark.timeout(180)


def test_it_says_where_it_listens_answers_there_and_ends_cleanly(paper: Paper) -> None:
    with served(paper) as running:
        assert running.first_line == f"Listening on http://127.0.0.1:{running.port}/ (press Ctrl-C to stop)\n"
        assert running.get("/healthz") == (200, "ok\n")
        assert running.get("/readyz") == (200, "ok\n")
        assert running.get("/sign-in/")[0] == 200
        wait_until(lambda: paper.sql("SELECT count(*) FROM core_scheduledrun") != [(0,)])
        assert running.end(signal.SIGTERM) == 0
        assert "Traceback" not in running.said[1]


def test_ctrl_c_ends_it_cleanly_and_all_its_children(paper: Paper) -> None:
    with served(paper) as running:
        children = running.descendants()
        assert len(children) == 4  # the door and its two workers, and the worker
        assert running.end(signal.SIGINT) == 0
        assert living(children) == set()


def ask_while_held(paper: Paper, running: Served) -> tuple[threading.Thread, list[tuple[int, str]]]:
    """Sends a request that cannot be answered as long as the paper's database is held."""
    answers: list[tuple[int, str]] = []
    thread = threading.Thread(target=lambda: answers.append(running.get("/readyz")))
    thread.start()
    return thread, answers


def test_a_request_under_way_is_finished_before_it_ends(paper: Paper) -> None:
    with served(paper) as running:
        assert running.get("/readyz")[0] == 200
        with paper.held():
            thread, answers = ask_while_held(paper, running)
            thread.join(timeout=1)
            running.program.send_signal(signal.SIGTERM)
            thread.join(timeout=1.5)
            assert answers == []
            assert running.program.poll() is None
        thread.join()
        assert answers == [(200, "ok\n")]
        assert running.program.wait(timeout=PATIENCE) == 0


def test_a_second_ctrl_c_does_not_wait(paper: Paper) -> None:
    with served(paper) as running, paper.held():
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
        wait_until(lambda: not living(children), patience=5)


def test_killed_it_leaves_no_child_and_the_port_is_free_for_the_next(paper: Paper) -> None:
    with served(paper) as running:
        children = running.descendants()
        running.program.kill()
        running.program.wait()
        wait_until(lambda: not living(children), patience=3)
    with served(paper) as again:
        assert again.get("/readyz")[0] == 200


def test_whatever_child_is_killed_comes_back(paper: Paper) -> None:
    with served(paper) as running:
        for child in sorted(running.descendants()):
            if living({child}):
                os.kill(child, signal.SIGKILL)
        wait_until(lambda: len(running.descendants()) == 4)
        wait_until(lambda: answers(running))
        assert running.end() == 0


def answers(running: Served) -> bool:
    try:
        return running.get("/readyz") == (200, "ok\n")
    except OSError:
        return False


def test_a_web_worker_that_is_killed_is_replaced(paper: Paper) -> None:
    with served(paper) as running:
        before = running.descendants()
        os.kill(max(before), signal.SIGKILL)
        wait_until(lambda: len(running.descendants()) == 4 and running.descendants() != before)
        assert all(answers(running) for _ in range(8))


def test_a_taken_port_is_told(paper: Paper) -> None:
    with served(paper) as running:
        said = refusal_of(paper.run("serve", "--port", str(running.port)))
    assert re.search(
        rf"Cannot listen on 127.0.0.1 port {running.port} \(Address already in use\)\. Choose another", said
    )


def test_an_address_that_is_not_this_machines_is_told(paper: Paper) -> None:
    assert "Cannot listen on" in refusal_of(paper.run("serve", "--host", "192.0.2.1", "--port", str(free_port())))


def test_a_missing_migration_is_told(paper: Paper) -> None:
    paper.sql("DELETE FROM django_migrations WHERE app = 'core'")
    said = refusal_of(paper.run("serve", "--port", str(free_port())))
    assert "not been applied (first: core.0001_initial)" in said
    assert "broadsheet manage migrate" in said


def test_a_secret_that_cannot_be_read_is_told(paper: Paper) -> None:
    secret = paper.folder / "secrets" / "signing-key"
    secret.write_text("")
    assert f"{secret} is empty" in refusal_of(paper.run("serve"))
    secret.write_bytes(b"\xff\xfe\x00")
    assert f"{secret} is not text" in refusal_of(paper.run("serve"))
    secret.unlink()
    assert f"{secret} cannot be read (No such file or directory)" in refusal_of(paper.run("serve"))


def test_a_folder_in_which_nothing_can_be_written_is_told(paper: Paper) -> None:
    """The limit stands for a full disk: it holds for root as well, which file modes do not."""
    quiet = surroundings(PYTHONDONTWRITEBYTECODE="1")
    ran = subprocess.run(
        [*BROADSHEET, "serve", "--data", str(paper.folder)],
        cwd=ROOT,
        env={name: value for name, value in quiet.items() if not name.startswith("COVERAGE")},
        text=True,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )
    assert f"Cannot write to {paper.folder} (File too large)" in refusal_of(ran)


@pytest.mark.parametrize("command", ["serve", "worker", "doctor", "manage"])
def test_where_there_is_no_paper_the_way_to_one_is_told(command: str, tmp_path: Path) -> None:
    told = refusal_of(broadsheet("--data", tmp_path / "none", command))
    assert f"There is no paper in {tmp_path / 'none'}: the folder does not exist" in told
    assert f"`broadsheet init {tmp_path / 'none'}`" in told
    assert f"There is no paper in {tmp_path}." in refusal_of(broadsheet(command, BROADSHEET_DATA=str(tmp_path)))


def test_a_database_server_that_is_away_is_told(paper: Paper) -> None:
    ran = paper.run("serve", "--port", str(free_port()), BROADSHEET_DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert "Is the database server running" in refusal_of(ran)


def test_every_wrong_option_is_named_at_once(paper: Paper) -> None:
    paper.add_option('mail_security = "rot13"')
    ran = paper.run("serve", "--port", "99999", "--workers", "none")
    assert ran.returncode == 1
    assert [line.split(" ")[0] for line in ran.stderr.splitlines()] == [
        "BROADSHEET_PORT", "BROADSHEET_WORKERS", "BROADSHEET_MAIL_SECURITY",
    ]  # fmt: skip
    assert "Traceback" not in ran.stderr


@pytest.mark.sqlite  # the journal is its own
def test_a_file_that_is_no_database_is_told(paper: Paper) -> None:
    (paper.folder / "paper.sqlite3").write_bytes(b"not a database, but long enough to look at" * 100)
    assert "not a database" in paper.run("serve", "--port", str(free_port())).stderr.splitlines()[-1]
