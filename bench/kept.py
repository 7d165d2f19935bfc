"""Papers of a size, filled once and kept in var/bench/; whoever measures gets a copy of their own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.serving import EDITOR, Paper

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
def copied(articles: int) -> Iterator[Paper]:
    """A paper with so many articles and ten times as many comments, brought up to date; thrown away afterwards."""
    kept = _kept(articles)
    with TemporaryDirectory(prefix="broadsheet-bench-", dir=KEPT) as folder:
        paper = Paper(Path(folder) / "paper")
        shutil.copytree(kept, paper.folder)
        paper.broadsheet("manage", "migrate", "--verbosity", "0")
        yield paper


def _kept(articles: int) -> Path:
    """The folder in which it lies; it is filled anew when what fills it has changed."""
    version = sha256(b"".join(file.read_bytes() for file in sorted(FILLING.glob("*.py")))).hexdigest()[:8]
    folder = KEPT / f"paper-{articles}-{version}"
    KEPT.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        for outdated in KEPT.glob(f"paper-{articles}-*"):
            shutil.rmtree(outdated)
        with TemporaryDirectory(prefix="filling-", dir=KEPT) as beside:
            _fill(Paper(Path(beside) / "paper"), articles).rename(folder)
    return folder


def _fill(paper: Paper, articles: int) -> Path:
    print(f"Filling a paper with {articles:,} articles and {articles * 10:,} comments …", flush=True)
    paper.broadsheet("init", str(paper.folder), "--no-input", "--name", "Bench", "--editor-email", EDITOR)
    paper.shell(f"{SIGN_IN}\nfrom bench.filling.paper import fill\nfill(articles={articles}, comments={articles * 10})")
    return paper.folder
