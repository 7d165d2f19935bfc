"""Writers of one SQLite file queue, and a writer that hangs does not block the others."""

import errno
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError
from pytest_django.plugin import DjangoDbBlocker

from broadsheet.core.sqlite import base
from broadsheet.core.sqlite.queue import Queue, queue_of
from tests.threads import at_once
from tools.equipment import ROOT

HOLD_PLACE = """
import sys, time
from pathlib import Path
from broadsheet.core.sqlite.queue import Queue
print(Queue(Path(sys.argv[1])).enter(timeout=5), flush=True)
time.sleep(60)
"""


def opened(path: Path) -> base.DatabaseWrapper:
    """Return a connection with Django's settings."""
    settings = {
        "ENGINE": "broadsheet.core.sqlite",
        "NAME": path,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 0.5},
        "TIME_ZONE": None,
        "USE_TZ": True,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "TEST": {},
    }
    return base.DatabaseWrapper(settings, "queued")


@pytest.fixture
def paper(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[base.DatabaseWrapper]:
    """A connection to a database with one table."""
    wrapper = opened(tmp_path / "paper.sqlite3")
    with django_db_blocker.unblock():
        with wrapper.cursor() as cursor:
            cursor.execute("CREATE TABLE comment (text TEXT)")
        yield wrapper
        wrapper.close()


def begin(paper: base.DatabaseWrapper) -> None:
    """Begin a transaction as `atomic` does."""
    paper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def is_free(paper: base.DatabaseWrapper) -> bool:
    """Return whether another process would get the place at once."""
    with Path(f"{paper.settings_dict['NAME']}-queue").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def write(paper: base.DatabaseWrapper, text: str) -> None:
    with paper.cursor() as cursor:
        cursor.execute("INSERT INTO comment VALUES (%s)", [text])


def test_a_writer_holds_its_place_from_begin_to_commit(paper: base.DatabaseWrapper) -> None:
    assert is_free(paper)
    begin(paper)
    write(paper, "The tide was late.")
    assert not is_free(paper)
    paper.commit()
    assert is_free(paper)


@pytest.mark.parametrize("ending", ["rollback", "close"])
def test_the_place_is_left_however_the_transaction_ends(paper: base.DatabaseWrapper, ending: str) -> None:
    begin(paper)
    assert not is_free(paper)
    getattr(paper, ending)()
    assert is_free(paper)


def test_the_place_is_left_when_the_database_stays_locked(
    paper: base.DatabaseWrapper,
) -> None:
    with closing(sqlite3.connect(paper.settings_dict["NAME"], isolation_level=None)) as outsider:
        outsider.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OperationalError):
            begin(paper)
        outsider.execute("ROLLBACK")
    assert is_free(paper)


def test_threads_of_one_process_queue_too(paper: base.DatabaseWrapper) -> None:
    inside, most = 0, 0

    def visit() -> None:
        nonlocal inside, most
        queue = queue_of(str(paper.settings_dict["NAME"]))
        for _ in range(50):
            place = queue.enter(timeout=20)
            assert place is not None
            inside += 1
            most = max(most, inside)
            inside -= 1
            place.leave()

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, inside) == (1, 0)


def test_threads_that_call_first_at_the_same_moment_get_the_same_queue(tmp_path: Path) -> None:
    files = [str(tmp_path / f"{number}.sqlite3") for number in range(60)]
    for file in files:
        assert len(set(at_once(lambda file=file: queue_of(file)))) == 1  # type: ignore[misc]


def test_a_place_that_cannot_be_closed_does_not_fail_the_commit(
    paper: base.DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = os.close

    def fail(file: int) -> None:
        close(file)
        raise OSError(errno.EIO, "Input/output error")

    begin(paper)
    write(paper, "The tide was late.")
    with monkeypatch.context() as disk:
        disk.setattr(os, "close", fail)
        paper.commit()
    paper.set_autocommit(True)
    assert is_free(paper)
    with paper.cursor() as cursor:
        assert cursor.execute("SELECT * FROM comment").fetchall() == [("The tide was late.",)]
    begin(paper)  # nor does it keep the next writer waiting
    assert not is_free(paper)
    paper.rollback()


def test_a_writer_that_is_interrupted_while_it_waits_leaves_the_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Queue(tmp_path / "queue").enter(timeout=0)
    assert first
    second = Queue(tmp_path / "queue")

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as keyboard:
        keyboard.setattr("broadsheet.core.sqlite.queue.time.sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            second.enter(timeout=5)
    first.leave()
    place = second.enter(timeout=0)
    assert place
    place.leave()


FORK = """
import os, sys, time
from pathlib import Path
from broadsheet.core.sqlite.queue import Queue, queue_of
queue, file = queue_of(sys.argv[1]), Path(sys.argv[1] + "-queue")
place = queue.enter(timeout=0)
child = os.fork()
if child == 0:
    place.leave()  # not the child's place to give up
    waited = queue_of(sys.argv[1]) is not queue and queue_of(sys.argv[1]).enter(timeout=0.1)
    print("child began anew" if waited else "child is stuck", flush=True)
    time.sleep(30)
time.sleep(0.5)
began = time.monotonic()
place.leave()
again = Queue(file).enter(timeout=5)
print("free at once" if again and time.monotonic() - began < 2 else "held by the child", flush=True)
os.kill(child, 9)
"""


def test_a_forked_child_holds_no_place_and_waits_for_no_thread_of_its_parent(tmp_path: Path) -> None:
    words = [sys.executable, "-c", FORK, str(tmp_path / "paper.sqlite3")]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert told.stdout.splitlines() == ["child began anew", "free at once"], told.stderr


def test_leaving_a_place_twice_has_no_effect(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "queue")
    first = queue.enter(timeout=0)
    assert first
    first.leave()
    second = queue.enter(timeout=0)
    first.leave()
    assert second
    assert queue.enter(timeout=0) is None  # the second has it, whatever the first does
    second.leave()


@pytest.fixture
def holder(paper: base.DatabaseWrapper) -> Iterator["subprocess.Popen[str]"]:
    """Another process, which holds the place."""
    line = [sys.executable, "-c", HOLD_PLACE, f"{paper.settings_dict['NAME']}-queue"]
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_a_hanging_writer_does_not_block_others_for_longer_than_the_timeout(
    paper: base.DatabaseWrapper, holder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "QUEUE_TIMEOUT", 0.3)
    os.kill(holder.pid, signal.SIGSTOP)
    begin(paper)
    write(paper, "The tide was late.")
    paper.commit()
    with paper.cursor() as cursor:
        assert cursor.execute("SELECT * FROM comment").fetchall() == [("The tide was late.",)]


def test_a_killed_writer_leaves_its_place(paper: base.DatabaseWrapper, holder: "subprocess.Popen[str]") -> None:
    assert not is_free(paper)
    holder.kill()
    holder.wait()
    assert is_free(paper)


def test_writing_works_when_the_lock_file_cannot_be_opened(paper: base.DatabaseWrapper) -> None:
    Path(f"{paper.settings_dict['NAME']}-queue").unlink(missing_ok=True)
    Path(f"{paper.settings_dict['NAME']}-queue").mkdir()
    begin(paper)
    write(paper, "The tide was late.")
    paper.commit()
