"""Papers in folders of their own, and the command that an operator runs, in a process of its own."""

import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from unittest.mock import patch
from urllib.error import HTTPError

import psycopg

from broadsheet.command.main import main
from tests.command import logs
from tests.contracts.tree import ROOT
from tools.ports import free_port
from tools.processes import descendants, living

BROADSHEET = [sys.executable, "-m", "broadsheet"]
NAME, EDITOR = "The Elmford Courier", "editor@paper.example"
MAX_TITLE = 200  # characters of a command in the title of its log
TIMEOUT = 180  # seconds; a busy machine takes a minute to create a paper
POSTGRES = os.environ.get("BROADSHEET_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432").rstrip("/")
ON_POSTGRES = os.environ.get("BROADSHEET_TEST_DATABASE") == "postgres"


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of an operator who has set no option but these variables."""
    ours = ("BROADSHEET_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PORT")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**inherited, **variables}


def broadsheet(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return run_command(words, environment(**variables))


def run_command(
    words: Iterable[str | Path], variables: dict[str, str], timeout: float = TIMEOUT
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, which must come within `timeout` seconds."""
    command = [*BROADSHEET, *map(str, words)]
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=variables,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        error.add_note(f"By then it had written:\n{(error.stderr or b'').decode(errors='replace')}")
        raise


def refusal_of(result: subprocess.CompletedProcess[str]) -> str:
    """Return the message of a command that refused: a line on stderr, beside notes, with exit code 1."""
    assert result.returncode == 1, result.stdout + result.stderr
    lines = [line for line in result.stderr.splitlines() if not line.startswith("Note: ")]
    assert len(lines) == 1, result.stderr
    return lines[0]


def refused(*words: str | Path, **variables: str) -> str:
    """Run a command that refuses before it opens a paper, in this process, and return its message.

    One that opens the paper needs a process of its own: settings are made once in a process.
    """
    errors = io.StringIO()
    with (
        patch.dict(os.environ, environment(**variables), clear=True),
        patch("sys.stdin", io.StringIO()),
        redirect_stderr(errors),
    ):
        assert main([str(word) for word in words]) == 1
    [line] = errors.getvalue().splitlines()
    return line


def wait_until(condition: Callable[[], object], timeout: float = TIMEOUT) -> None:
    """Wait for a condition to become true, and fail when it does not."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)


# What fails in the code of a test tells its values, unlike what fails in a paper (ADR 35).
WITH_VALUES = """
import sys, threading
sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
"""


@dataclass
class Paper:
    """A paper's data folder, and its database where that is elsewhere."""

    folder: Path
    database: str = ""  # the name of a PostgreSQL database; empty for SQLite

    def run(self, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command on this paper."""
        return broadsheet("--data", self.folder, *words, **variables)

    def shell(self, code: str, timeout: float = TIMEOUT) -> str:
        """Run Python code with the paper's settings, and return its output."""
        words = ["--data", str(self.folder), "manage", "shell", "--no-imports", "-c", WITH_VALUES + code]
        result = run_command(words, environment(), timeout)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Execute a statement in the database, and return its rows."""
        if self.database:
            with psycopg.connect(f"{POSTGRES}/{self.database}", autocommit=True) as server:
                cursor = server.execute(statement)
                return cursor.fetchall() if cursor.description else []
        with closing(sqlite3.connect(self.folder / "paper.sqlite3", timeout=20)) as file, file:
            return file.execute(statement).fetchall()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from reading the table of migrations, as /readyz does."""
        if self.database:
            with psycopg.connect(f"{POSTGRES}/{self.database}") as server:
                server.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
                yield
                server.rollback()
            return
        with closing(sqlite3.connect(self.folder / "paper.sqlite3", isolation_level=None, timeout=20)) as file:
            file.execute("BEGIN EXCLUSIVE")
            yield
            file.execute("ROLLBACK")

    def add_option(self, line: str) -> None:
        """Append a line to broadsheet.toml."""
        with (self.folder / "broadsheet.toml").open("a") as file:
            file.write(line + "\n")


@dataclass
class RunningCommand:
    """A command that runs until it is stopped."""

    words: list[str]
    port: int = 0
    variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start it and wait for its first line."""
        self.log = logs.begun(f"broadsheet {' '.join(self.words)}"[:MAX_TITLE])
        self.program = subprocess.Popen(
            [*BROADSHEET, *self.words], cwd=ROOT, env=environment(**self.variables), stdout=subprocess.PIPE,
            stderr=self.log.file, stdin=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.program.stdout is not None
        self.first_line = self.program.stdout.readline()
        if not self.first_line:
            self.close()
            raise AssertionError(f"The command ended without output:\n{self.log.text()}")

    def get(self, path: str) -> tuple[int, str]:
        """Return the status and the body of a page."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=TIMEOUT) as response:
                return response.status, response.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def end(self, signal_number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, wait for the end, and return the exit code; `output` is then stdout and stderr."""
        self.program.send_signal(signal_number)
        self.output = self.program.communicate(timeout=TIMEOUT)[0], self.log.text()
        return self.program.returncode

    def descendants(self) -> set[int]:
        """Return the IDs of its child processes and of theirs."""
        return descendants(self.program.pid)

    def close(self) -> None:
        """Kill it if it still runs, so that no test leaves a process behind."""
        if self.program.poll() is None:
            self.program.kill()
            self.program.communicate(timeout=TIMEOUT)
        if self.program.stdout:
            self.program.stdout.close()
        self.log.end()


@contextmanager
def serving(
    paper: Paper, *words: str, port: int = 0, variables: Mapping[str, str] | None = None
) -> Iterator[RunningCommand]:
    """Serve the paper on a port of its own until the end of the block."""
    port = port or free_port()
    command = ["serve", "--data", str(paper.folder), "--port", str(port), *words]
    running = RunningCommand(command, port, variables or {})
    try:
        yield running
    finally:
        running.close()


@contextmanager
def running_worker(paper: Paper) -> Iterator[RunningCommand]:
    """Run a worker for the paper, without a server, until the end of the block."""
    running = RunningCommand(["worker", "--data", str(paper.folder)])
    try:
        yield running
    finally:
        running.close()


# Creating papers: one is created by `init`, the others are copies of it (tests/templates.py keeps it).

COLLECT = "from broadsheet.command.collect_static import collect_if_changed; collect_if_changed()"


def make_template(folder: Path, database: str) -> None:
    """Create the paper that the others are copied from."""
    variables = {}
    if database:
        execute_on_server(f'CREATE DATABASE "{database}"')
        variables["BROADSHEET_DATABASE_URL"] = f"{POSTGRES}/{database}"
    result = broadsheet("init", folder, "--no-input", "--name", NAME, "--editor-email", EDITOR.upper(), **variables)
    assert result.returncode == 0, result.stderr
    (folder / "init-output.txt").write_text(result.stdout)
    (folder / "database.txt").write_text(database)
    collect = broadsheet("--data", folder, "manage", "shell", "--no-imports", "-c", COLLECT, **variables)
    assert collect.returncode == 0, collect.stderr


def copy_paper(template: Path, folder: Path) -> Paper:
    """Return a copy of the template, in a folder and a database of its own."""
    shutil.copytree(template, folder)
    original = (folder / "database.txt").read_text()
    if not original:
        return Paper(folder)
    paper = Paper(folder, copy_database(original))
    options = folder / "broadsheet.toml"
    options.write_text(re.sub(r"^database_url = .*$", "", options.read_text(), flags=re.MULTILINE))
    paper.add_option(f'database_url = "{POSTGRES}/{paper.database}"')
    return paper


# Databases on the PostgreSQL server of the tests.

RUN_PREFIX = "broadsheet_run_"


def copy_database(original: str) -> str:
    """Copy a database, and return the name of the copy, which contains the ID of this process."""
    drop_leftover_databases()
    database = f"{RUN_PREFIX}{os.getpid()}_{time.monotonic_ns()}"
    execute_on_server(f'CREATE DATABASE "{database}" TEMPLATE "{original}"')
    return database


@cache
def drop_leftover_databases() -> None:
    """Drop the databases of test runs that were killed."""
    owners = {name: int(name.removeprefix(RUN_PREFIX).partition("_")[0]) for name in databases_named(RUN_PREFIX)}
    running = living(set(owners.values()))
    for name in (name for name, owner in owners.items() if owner not in running):
        drop_database(name)


def databases_named(prefix: str) -> list[str]:
    """Return the names of the databases that begin with a prefix."""
    with psycopg.connect(f"{POSTGRES}/postgres") as server:
        rows = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        return [name for (name,) in rows]


def execute_on_server(statement: str) -> list[tuple[object, ...]]:
    """Execute a statement in the PostgreSQL server's own database, and return its rows."""
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        cursor = server.execute(statement)
        return cursor.fetchall() if cursor.description else []


def drop_database(database: str) -> None:
    """Drop a database, and end the connections to it; do nothing for an empty name."""
    if database:
        execute_on_server(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
