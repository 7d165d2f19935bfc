"""Papers in temporary folders, made and served by the command as an operator does: in processes of their own."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.rows import Missing
from tools import equipment
from tools.ports import free_port
from tools.processes import descendants

ROOT = Path(__file__).resolve().parents[1]
BROADSHEET = [sys.executable, "-m", "broadsheet"]
EDITOR = "editor@paper.example"
PATIENCE = 60  # seconds until a server that was told to end has to have ended
OURS = ("BROADSHEET_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PORT", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Paper:
    """A paper's data folder, and its database's address where that is not SQLite."""

    folder: Path
    database_url: str = ""

    def broadsheet(self, *words: str) -> str:
        """Runs one command on this paper and returns what it prints; raises CalledProcessError."""
        command = [*BROADSHEET, "--data", str(self.folder), *words]
        return ran(command, self.environment)

    def shell(self, code: str) -> str:
        """Runs a piece of Python inside the paper and returns what it prints."""
        return self.broadsheet("manage", "shell", "--no-imports", "-c", code).strip()

    def fact(self, name: str, *words: object) -> Any:
        """What a function of `bench.filling.facts` tells of this paper."""
        return json.loads(self.shell(f"from bench.filling import facts; facts.{name}(*{words!r})").splitlines()[-1])

    @property
    def environment(self) -> dict[str, str]:
        """That of an operator who has set nothing but the database; Python compiles modules once, not at each start."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {**kept, "BROADSHEET_DATABASE_URL": self.database_url} if self.database_url else kept


@dataclass(frozen=True)
class Served:
    """A paper that answers: where, and the process that has all others beneath it."""

    address: str  # http://127.0.0.1:PORT, without a slash at its end
    port: int
    pid: int

    @property
    def descendants(self) -> set[int]:
        """The numbers of all processes beneath it."""
        return descendants(self.pid)


def ran(command: list[str], environment: dict[str, str]) -> str:
    """Runs a command to its end and returns what it prints; what it said when it failed is shown."""
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-4000:], file=sys.stderr)
        done.check_returncode()
    return done.stdout


@contextmanager
def new_paper(database_url: str = "") -> Iterator[Paper]:
    """An empty paper as `broadsheet init` makes it, thrown away afterwards."""
    with TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        paper = Paper(Path(folder) / "paper", database_url)
        paper.broadsheet("init", str(paper.folder), "--no-input", "--name", "Bench", "--editor-email", EDITOR)
        yield paper


@contextmanager
def demo_paper(database_url: str = "") -> Iterator[Paper]:
    """The paper of `broadsheet demo`, thrown away afterwards. On SQLite it is made once and then copied."""
    with TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        paper = Paper(Path(folder) / "paper", database_url)
        if database_url:
            _make_demo(paper)
        else:
            shutil.copytree(Path(_demo_template().name) / "paper", paper.folder)
        yield paper


@cache
def _demo_template() -> TemporaryDirectory[str]:
    made = TemporaryDirectory(prefix="broadsheet-bench-demo-")  # removed when this process ends
    _make_demo(Paper(Path(made.name) / "paper"))
    return made


def _make_demo(paper: Paper) -> None:
    """The command makes the demo and then serves it; here it ends as soon as it serves."""
    with _running(paper, "demo", free_port()):
        pass
    shutil.rmtree(paper.folder / "baked", ignore_errors=True)


@contextmanager
def served(paper: Paper, *words: str) -> Iterator[Served]:
    """The paper, answering on a port of its own, with two workers unless `words` say otherwise; ended afterwards."""
    with _running(paper, "serve", free_port(), *words) as running:
        yield running


@contextmanager
def _running(paper: Paper, command: str, port: int, *words: str) -> Iterator[Served]:
    line = [*BROADSHEET, command, "--data", str(paper.folder), "--port", str(port), *words]
    with (paper.folder.parent / f"{command}.log").open("a") as log:
        program = subprocess.Popen(
            line,
            cwd=ROOT,
            env=paper.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert program.stdout
            listens = any("Listening on" in line for line in program.stdout)
            assert listens, f"`broadsheet {command}` ended: {Path(log.name).read_text()[-4000:]}"
            yield Served(f"http://127.0.0.1:{port}", port, program.pid)
        finally:
            end(program)


def end(program: "subprocess.Popen[str]") -> None:
    """Ends a process, by force if it does not hear."""
    program.terminate()
    try:
        program.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        program.kill()
        program.communicate()


@contextmanager
def postgres_server() -> Iterator["psycopg.Connection[Any]"]:
    """A connection to the machine's PostgreSQL, for what is done to whole databases; raises Missing."""
    if lack := equipment.lack_of("postgres"):
        raise Missing(f"There is {lack}.")
    with psycopg.connect(equipment.postgres_address(), dbname="postgres", autocommit=True) as connection:
        yield connection


def postgres_address(database: str) -> str:
    """The address of a database on the machine's PostgreSQL."""
    return f"{equipment.postgres_address().rstrip('/')}/{database}"


@contextmanager
def postgres_database(template: str = "template1") -> Iterator[str]:
    """The address of a new database on PostgreSQL, empty or a copy, dropped afterwards; raises Missing."""
    name = f"broadsheet_bench_{secrets.token_hex(4)}"
    with postgres_server() as server:
        how = "STRATEGY FILE_COPY" if server.info.server_version >= 150_000 else ""  # a large one is else written twice
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}')
        try:
            yield postgres_address(name)
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
