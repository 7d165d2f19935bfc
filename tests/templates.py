"""The databases and papers that tests copy: created once, kept in .tools/templates, replaced when a source changes.

The name of a template's folder ends in a digest of all that it is made from. The processes of a run create it under a
lock, hold a shared lock on it until they end, and delete older templates that no process holds.
"""

import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from tests.command.papers import (
    ON_POSTGRES,
    POSTGRES,
    databases_named,
    drop_database,
    environment,
    execute_on_server,
    make_template,
)
from tests.contracts.tree import ROOT

FOLDER = ROOT / ".tools/templates"
DATABASE = "postgres" if ON_POSTGRES else "sqlite"
CHECKOUT = hashlib.sha256(bytes(ROOT)).hexdigest()[:8]  # one server may serve several checkouts
IMPORTED = re.compile(r"^(?:from|import) (broadsheet[\w.]+)", re.MULTILINE)
# Runs in a separate process, because migrations leave many caches behind.
MIGRATE = """
import sys, django
django.setup()
from django.core.management import call_command
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
call_command("migrate", interactive=False, run_syncdb=True, verbosity=0)
if connection.vendor == "sqlite":
    connection.cursor().execute("PRAGMA journal_mode = DELETE")  # WAL does not work for copies in memory
connection.close()
"""


_spent = [0.0]


def seconds() -> float:
    """Return the time that this process has spent on creating templates, or on waiting for them."""
    return _spent[0]


@cache
def schema() -> str:
    """Return the migrated database that tests copy: a file for SQLite, the name of a database for PostgreSQL."""
    folder = _template("schema", _migrations(), _migrate)
    return (folder / "database.txt").read_text() or str(folder / "database.sqlite3")


@cache
def paper() -> Path:
    """Return the folder of the finished paper that tests copy."""
    sources = (path for path in (ROOT / "broadsheet").rglob("*") if path.is_file() and path.suffix != ".pyc")
    return _template("paper", sources, lambda folder, name: make_template(folder / "paper", name)) / "paper"


def _migrate(folder: Path, name: str) -> None:
    if name:
        execute_on_server(f'CREATE DATABASE "{name}"')
    target = name or str(folder / "database.sqlite3")
    given = {"DJANGO_SETTINGS_MODULE": "tests.settings", "BROADSHEET_TEST_DATABASE": DATABASE}
    given["BROADSHEET_TEST_POSTGRES"] = POSTGRES
    subprocess.run([sys.executable, "-c", MIGRATE, target], cwd=ROOT, env=environment(**given), check=True)


def _migrations() -> Iterator[Path]:
    """Yield the migrations, the modules of the paper that they import, and what runs when they end."""
    yield ROOT / "broadsheet/core/signal_handlers.py"
    migrations = sorted((ROOT / "broadsheet").rglob("migrations/*.py"))
    yield from migrations
    for name in {name for file in migrations for name in IMPORTED.findall(file.read_text())}:
        place = ROOT / name.replace(".", "/")
        yield place.with_suffix(".py") if place.with_suffix(".py").exists() else place / "__init__.py"


def _template(kind: str, sources: Iterable[Path], make: Callable[[Path, str], None]) -> Path:
    """Return the folder of a template; create it if it or its database is missing."""
    began = time.monotonic()
    digest = _digest(sources)
    folder = FOLDER / f"{kind}-{DATABASE}-{digest}"
    name = f"broadsheet_{kind}_{CHECKOUT}_{digest}" if ON_POSTGRES else ""
    with _turn():
        if not (folder / "database.txt").exists() or (name and not databases_named(name)):
            shutil.rmtree(folder, ignore_errors=True)
            drop_database(name)
            folder.mkdir(parents=True)
            make(folder, name)
            (folder / "database.txt").write_text(name)  # last: without this file a template is incomplete
        _lock(folder, fcntl.LOCK_SH)  # until this process ends
        _prune(kind, keep=folder)
    _spent[0] += time.monotonic() - began
    return folder


def _digest(sources: Iterable[Path]) -> str:
    parts = [f"{path.relative_to(ROOT)}".encode() + path.read_bytes() for path in sorted(sources)]
    parts += [(ROOT / "requirements.lock").read_bytes(), Path(__file__).read_bytes(), sys.version.encode()]
    parts.append(f"{POSTGRES} {_server_version()}".encode() if ON_POSTGRES else sqlite3.sqlite_version.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _server_version() -> object:
    return execute_on_server("SHOW server_version")


@contextmanager
def _turn() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock(folder: Path, how: int) -> int:
    """Return the locked file of a template; raise BlockingIOError if another process holds the lock."""
    file = os.open(folder / "in-use", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        os.close(file)
        raise
    return file


def _prune(kind: str, *, keep: Path) -> None:
    """Delete the other templates of a kind, and databases without a folder."""
    for folder in FOLDER.glob(f"{kind}-{DATABASE}-*"):
        if folder != keep:
            with suppress(BlockingIOError):
                lock = _lock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
                os.close(lock)
    if ON_POSTGRES:
        known = {folder.name.rpartition("-")[2] for folder in FOLDER.glob(f"{kind}-{DATABASE}-*")}
        for name in databases_named(f"broadsheet_{kind}_{CHECKOUT}_"):
            if name.rpartition("_")[2] not in known:
                drop_database(name)
