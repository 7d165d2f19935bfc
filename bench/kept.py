"""Papers of a size, filled once and kept in var/bench/; whoever measures gets a copy of their own.

Of a paper on PostgreSQL the folder is kept there, and the rows in a database of the machine's server.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.serving import EDITOR, Paper, postgres_address, postgres_database, postgres_server

KEPT = Path(__file__).resolve().parents[1] / "var" / "bench"
FILLING = Path(__file__).with_name("filling")
PASSWORD = "a long enough word"  # noqa: S105 - it guards invented words
SIGN_IN = f"""
from broadsheet.accounts.models import User
editor = User.objects.get()
editor.set_password({PASSWORD!r})
editor.save()
"""


@contextmanager
def copied(articles: int, comments: int | None = None) -> Iterator[Paper]:
    """A paper with so many articles and, unless told otherwise, ten times as many comments; thrown away afterwards."""
    kept = _kept(f"paper-{_size(articles, comments)}", articles, comments)
    with _copy_of(kept) as paper:
        yield paper


@contextmanager
def copied_on_postgres(articles: int, comments: int | None = None) -> Iterator[Paper]:
    """The same on the machine's PostgreSQL; raises Missing where there is none."""
    size = _size(articles, comments)
    with postgres_server() as server:
        database = f"broadsheet_bench_paper_{size}_{_version()}"
        kept = KEPT / f"postgres-{size}-{_version()}"
        if not (kept.exists() and database in _databases(server, size)):
            shutil.rmtree(kept, ignore_errors=True)
            for outdated in _databases(server, size):
                server.execute(f'DROP DATABASE "{outdated}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{database}"')
        kept = _kept(f"postgres-{size}", articles, comments, postgres_address(database))
    with postgres_database(template=database) as address, _copy_of(kept, address) as paper:
        yield paper


@contextmanager
def _copy_of(kept: Path, database_url: str = "") -> Iterator[Paper]:
    with TemporaryDirectory(prefix="broadsheet-bench-", dir=KEPT) as folder:
        paper = Paper(Path(folder) / "paper", database_url)
        shutil.copytree(kept, paper.folder)
        yield paper


def _size(articles: int, comments: int | None) -> str:
    """The size of a paper as it stands in names."""
    return str(articles) if comments is None else f"{articles}x{comments}"


def _databases(server: "psycopg.Connection[Any]", size: str) -> list[str]:
    """Those of papers of this size, whatever filled them."""
    begins = f"broadsheet_bench_paper_{size}_"
    return [name for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname ^@ %s", [begins])]


def _version() -> str:
    """It changes when what fills papers does, and they are filled anew."""
    return sha256(b"".join(file.read_bytes() for file in sorted(FILLING.glob("*.py")))).hexdigest()[:8]


def _kept(name: str, articles: int, comments: int | None, database_url: str = "") -> Path:
    """The folder in which it lies, brought up to date."""
    folder = KEPT / f"{name}-{_version()}"
    KEPT.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        for outdated in KEPT.glob(f"{name}-*"):
            shutil.rmtree(outdated)
        with TemporaryDirectory(prefix="filling-", dir=KEPT) as beside:
            _fill(Paper(Path(beside) / "paper", database_url), articles, comments).rename(folder)
    Paper(folder, database_url).broadsheet("manage", "migrate", "--verbosity", "0")
    return folder


def _fill(paper: Paper, articles: int, comments: int | None) -> Path:
    where = "on PostgreSQL " if paper.database_url else ""
    comments = articles * 10 if comments is None else comments
    print(f"Filling a paper {where}with {articles:,} articles and {comments:,} comments …", flush=True)
    paper.broadsheet("init", str(paper.folder), "--no-input", "--name", "Bench", "--editor-email", EDITOR)
    paper.shell(f"{SIGN_IN}\nfrom bench.filling.paper import fill\nfill(articles={articles}, comments={comments})")
    return paper.folder
