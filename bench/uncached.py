"""How fast an article with its readers' comments is rendered, each time anew: here, by WordPress, by a plain Wagtail.

The three show the same text and 50 of the same 500 comments, on this machine, each asked in turn.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import Load, Target, alternating, median_rate, median_ratio
from bench.matter import SHOWN, SLUG, TITLE, write_matter
from bench.rows import Missing, Row
from bench.serving import ROOT, end, new_paper, ran
from bench.wordpress import wordpress
from tools.ports import free_port

NAME = "uncached"
ROUNDS, SECONDS, CONNECTIONS = 5, 5, 8
WORKERS = 2  # as `broadsheet serve` has them
UNGATED = 4  # threads of a plain Wagtail, which has no limit: as many as ours lets in
GOAL, GOAL_WITH_NOTHING = 5, 1.5  # times the rate of WordPress
PATIENCE = 60  # seconds until a server answers
FILL = "from bench.article import fill; print(fill({matter!r}))"


def run() -> list[Row]:
    """Sets the three up, asks each in turn, and takes them down. Without WordPress the others are measured."""
    with TemporaryDirectory(prefix="broadsheet-bench-") as folder, ExitStack() as stack:
        matter = write_matter(Path(folder) / "matter.json")
        addresses = {
            **stack.enter_context(_here(matter)),
            "plain": stack.enter_context(_plain_wagtail(Path(folder), matter)),
        }
        try:
            addresses["wordpress"] = stack.enter_context(wordpress(matter))
        except Missing as missing:
            print(f"WordPress is left out. {missing}", file=sys.stderr)
        for address in addresses.values():
            _check(address)
        targets = {name: Target(address) for name, address in addresses.items()}
        return rows(alternating(targets, rounds=ROUNDS, seconds=SECONDS, connections=CONNECTIONS))


def rows(loads: dict[str, list[Load]]) -> list[Row]:
    """The rates, and how they compare within the same rounds."""
    here, plain, other = loads["here"], loads["plain"], loads.get("wordpress", [])
    meaning = "what readers get while pages change faster than they can be baked"
    found = [
        Row("an article with 50 of 500 comments, rendered each time", median_rate(here), "requests/s", "", meaning),
        Row("the same, nothing of it kept in memory", median_rate(loads["anew"]), "requests/s"),
        Row("the same in a plain Wagtail", median_rate(plain), "requests/s"),
        Row("here against the plain Wagtail", median_ratio(here, plain), "×"),
    ]
    if other:
        found += [
            Row("the same in WordPress", median_rate(other), "requests/s"),
            Row("here against WordPress", median_ratio(here, other), "×", f">= {GOAL}"),
            Row("nothing kept against WordPress", median_ratio(loads["anew"], other), "×", f">= {GOAL_WITH_NOTHING}"),
        ]
    return found


def _check(address: str) -> None:
    """Each shows the article and a page of its comments, and shows it twice: it was no page of an error."""
    for _ in range(2):
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 - our own
            page = answer.read().decode()
        assert TITLE in page, address
        shown = page.count('id="comment-')
        assert shown == SHOWN, f"{address} shows {shown} comments"


@contextmanager
def _here(matter: Path) -> Iterator[dict[str, str]]:
    """The paper twice: as it is, and keeping no piece of a page from one request to the next."""
    with new_paper() as paper:
        path = paper.shell(FILL.format(matter=str(matter)))
        paper.broadsheet("manage", "collectstatic", "--no-input", "--verbosity", "0")
        environment = {**paper.environment, "BROADSHEET_DATA": str(paper.folder)}
        with (
            _as_the_paper("bench.unbaked:application", environment) as here,
            _as_the_paper("bench.unbaked:without_pieces", environment) as anew,
        ):
            yield {"here": f"{here}/{path}/", "anew": f"{anew}/{path}/"}


@contextmanager
def _plain_wagtail(folder: Path, matter: Path) -> Iterator[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    site = {"PLAIN_WAGTAIL": str(folder), "DJANGO_SETTINGS_MODULE": "bench.plain_wagtail.settings"}
    ran([sys.executable, "-m", "bench.plain_wagtail.fill", str(matter)], {**kept, **site})
    line = [sys.executable, "-m", "granian", "--interface", "wsgi", "--log-level", "warning"]
    line += ["--workers", str(WORKERS), "--blocking-threads", str(UNGATED), "bench.plain_wagtail.wsgi:application"]
    with _listening([*line, "--port"], {**kept, **site}) as address:
        yield f"{address}/{SLUG}/"


@contextmanager
def _as_the_paper(application: str, environment: dict[str, str]) -> Iterator[str]:
    """An application, answering as `broadsheet serve` does: behind the gateway."""
    line = [sys.executable, "-m", "bench.gateway", application, str(WORKERS)]
    with _listening(line, environment) as address:
        yield address


@contextmanager
def _listening(line: list[str], environment: dict[str, str]) -> Iterator[str]:
    """The address of a server, whose last word is the port."""
    port = free_port()
    running = subprocess.Popen([*line, str(port)], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, text=True)
    try:
        until = time.monotonic() + PATIENCE
        while not _listens(port):
            assert running.poll() is None, f"{line} has ended"
            assert time.monotonic() < until, f"{line} does not answer"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(running)


def _listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
