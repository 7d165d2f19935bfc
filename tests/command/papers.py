"""Papers in folders of their own, run by the command as an operator does: in a process of its own."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.error import HTTPError

import psycopg

from tests.command import logs
from tests.contracts.tree import ROOT
from tools.ports import free_port
from tools.processes import descendants, living

BROADSHEET = [sys.executable, "-m", "broadsheet"]
NAME, EDITOR = "The Elmford Courier", "editor@paper.example"
TITLE = 200  # characters of a command in the title of its log
PATIENCE = 180  # seconds; a busy machine takes a minute to make a paper
POSTGRES = os.environ.get("BROADSHEET_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432").rstrip("/")
ON_POSTGRES = os.environ.get("BROADSHEET_TEST_DATABASE") == "postgres"


def surroundings(**given: str) -> dict[str, str]:
    """The environment of an operator who has set nothing but what is given."""
    ours = ("BROADSHEET_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **given}


def broadsheet(*words: str | Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Runs one command to its end."""
    return ran(words, surroundings(**given))


def ran(
    words: Iterable[str | Path], environment: dict[str, str], patience: float = PATIENCE
) -> subprocess.CompletedProcess[str]:
    """Runs one command to its end, which comes within `patience` seconds."""
    command = [*BROADSHEET, *map(str, words)]
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        error.add_note(f"By then it had written:\n{(error.stderr or b'').decode(errors='replace')}")
        raise


def refusal_of(ran: subprocess.CompletedProcess[str]) -> str:
    """What a command said that refused: one line on stderr, beside warnings, and exit code 1."""
    assert ran.returncode == 1, ran.stdout + ran.stderr
    lines = [line for line in ran.stderr.splitlines() if not line.startswith("Note: ")]
    assert len(lines) == 1, ran.stderr
    return lines[0]


def wait_until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """Waits for something to become true; fails when it does not."""
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


@dataclass
class Paper:
    """A paper's data folder, and its database where that is elsewhere."""

    folder: Path
    database: str = ""  # the name of a PostgreSQL database; empty for SQLite

    def run(self, *words: str | Path, **given: str) -> subprocess.CompletedProcess[str]:
        """Runs one command on this paper."""
        return broadsheet("--data", self.folder, *words, **given)

    def shell(self, code: str, patience: float = PATIENCE) -> str:
        """Runs a piece of Python inside the paper and returns what it prints."""
        words = ["--data", str(self.folder), "manage", "shell", "--no-imports", "-c", code]
        done = ran(words, surroundings(), patience)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Asks the database, or changes it, behind the paper's back."""
        if self.database:
            with psycopg.connect(f"{POSTGRES}/{self.database}", autocommit=True) as server:
                cursor = server.execute(statement)
                return cursor.fetchall() if cursor.description else []
        with closing(sqlite3.connect(self.folder / "paper.sqlite3", timeout=20)) as file, file:
            return file.execute(statement).fetchall()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps everybody else from reading the list of migrations, as /readyz does."""
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
        """Adds a line to broadsheet.toml."""
        with (self.folder / "broadsheet.toml").open("a") as file:
            file.write(line + "\n")


@dataclass
class Served:
    """A command that keeps running."""

    words: list[str]
    port: int = 0
    surroundings: Mapping[str, str] = field(default_factory=dict)  # beside those of an operator who has set nothing

    def __post_init__(self) -> None:
        """Starts it and waits for its first line."""
        self.log = logs.begun(f"broadsheet {' '.join(self.words)}"[:TITLE])
        self.program = subprocess.Popen(
            [*BROADSHEET, *self.words], cwd=ROOT, env=surroundings(**self.surroundings), stdout=subprocess.PIPE,
            stderr=self.log.file, stdin=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.program.stdout is not None
        self.first_line = self.program.stdout.readline()
        if not self.first_line:
            self.close()
            raise AssertionError(f"It ended before it said anything:\n{self.log.text()}")

    def get(self, path: str) -> tuple[int, str]:
        """Asks for one page."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Sends the signal and returns the exit code."""
        self.program.send_signal(how)
        self.said = self.program.communicate(timeout=PATIENCE)[0], self.log.text()
        return self.program.returncode

    def descendants(self) -> set[int]:
        """The numbers of all processes beneath it."""
        return descendants(self.program.pid)

    def close(self) -> None:
        """Ends it however it is, so that no test leaves anything behind."""
        if self.program.poll() is None:
            self.program.kill()
            self.program.communicate(timeout=PATIENCE)
        if self.program.stdout:
            self.program.stdout.close()
        self.log.end()


@contextmanager
def served(paper: Paper, *words: str, port: int = 0, surroundings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """The paper, answering on a port of its own until the block ends; then it is killed, if it has not ended."""
    port = port or free_port()
    command = ["serve", "--data", str(paper.folder), "--port", str(port), *words]
    running = Served(command, port, surroundings or {})
    try:
        yield running
    finally:
        running.close()


@contextmanager
def working(paper: Paper) -> Iterator[Served]:
    """The paper's worker alone."""
    running = Served(["worker", "--data", str(paper.folder)])
    try:
        yield running
    finally:
        running.close()


# Making papers: one is initialised, the others are copies of it (tests/templates.py keeps it).

GATHER = "from broadsheet.command.collect_static import collect_if_changed; collect_if_changed()"


def make_template(folder: Path, database: str) -> None:
    """Initialises the paper that the others are copied from."""
    given = {}
    if database:
        on_server(f'CREATE DATABASE "{database}"')
        given["BROADSHEET_DATABASE_URL"] = f"{POSTGRES}/{database}"
    made = broadsheet("init", folder, "--no-input", "--name", NAME, "--editor-email", EDITOR.upper(), **given)
    assert made.returncode == 0, made.stderr
    (folder / "told.txt").write_text(made.stdout)
    (folder / "database.txt").write_text(database)
    gather = broadsheet("--data", folder, "manage", "shell", "--no-imports", "-c", GATHER, **given)
    assert gather.returncode == 0, gather.stderr


def copy_of(template: Path, folder: Path) -> Paper:
    """A paper like the template, in a folder and a database of its own."""
    shutil.copytree(template, folder)
    original = (folder / "database.txt").read_text()
    if not original:
        return Paper(folder)
    paper = Paper(folder, copied(original))
    paper.add_option(f'database_url = "{POSTGRES}/{paper.database}"')
    return paper


# Databases at the PostgreSQL server of the tests.

OF_A_RUN = "broadsheet_run_"


def copied(original: str) -> str:
    """Makes a database like the original, and returns its name, which tells whose it is."""
    drop_what_was_left()
    database = f"{OF_A_RUN}{os.getpid()}_{time.monotonic_ns()}"
    on_server(f'CREATE DATABASE "{database}" TEMPLATE "{original}"')
    return database


@cache
def drop_what_was_left() -> None:
    """Throws away the databases of runs that were cut off."""
    makers = {name: int(name.removeprefix(OF_A_RUN).partition("_")[0]) for name in databases_named(OF_A_RUN)}
    at_work = living(set(makers.values()))
    for name in (name for name, maker in makers.items() if maker not in at_work):
        drop(name)


def databases_named(beginning: str) -> list[str]:
    """Returns the databases whose names begin so."""
    with psycopg.connect(f"{POSTGRES}/postgres") as server:
        found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning])
        return [name for (name,) in found]


def on_server(statement: str) -> list[tuple[object, ...]]:
    """Runs a statement on the PostgreSQL server itself, and returns its rows."""
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        cursor = server.execute(statement)
        return cursor.fetchall() if cursor.description else []


def drop(database: str) -> None:
    """Throws a database away, with whoever is still connected to it."""
    if database:
        on_server(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
