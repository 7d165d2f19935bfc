"""A paper of 100,000 articles and 1,000,000 comments beside one of about a hundredth: both are asked in turn.

So on SQLite, and on PostgreSQL where there is one.
"""

import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.browsing import Heard, Visitor
from bench.editing import Publishing
from bench.kept import PASSWORD, copied, copied_on_postgres
from bench.load import percentile
from bench.rows import Missing, Row
from bench.serving import EDITOR, Paper, Served, served

NAME = "big"
SMALL, LARGE = 960, 100_000  # articles, of comments ten times as many; in both a section's last page is full
SAMPLES = {"SQLite": 15, "PostgreSQL": 5}  # of each page; the second paper is asked less often
PUBLISHED, APPROVED = 15, 100
STARTS = 3
PROMISED = [
    "section",
    "section, a page in the middle",
    "section, its last page",
    "archive",
    "archive of a year",
    "archive of a month",
    "archive of a day",
]
GROWING = ["front page", "article", "article with 1,000 comments", "desk", "desk, one comment"]


@dataclass
class Side:
    """One of the two papers while it is served, and what was measured of it, in milliseconds."""

    paper: Paper
    served: Served
    stop: Callable[[], None]
    facts: dict[str, Any]
    reader: Visitor
    staff: Visitor
    took: dict[str, list[float]] = field(default_factory=dict)

    def note(self, what: str, took: float) -> None:
        """Keeps one more sample."""
        self.took.setdefault(what, []).append(took)

    def median(self, what: str) -> float:
        """The middle one of its samples."""
        return statistics.median(self.took[what])

    def unbaked(self, path: str) -> Heard:
        """A page as the first reader gets it after it was purged."""
        for folder in ("pages", "stale"):
            file = self.paper.folder / "baked" / folder / path.strip("/")
            beside = file.parent.glob(f"{file.name}*") if file.suffix else ()
            for one in [*file.glob("index.*"), *beside]:
                one.unlink()
        return self.reader.get(path)


Copy = Callable[[int], AbstractContextManager[Paper]]  # of a paper with so many articles


@contextmanager
def sides(copy: Copy, *sizes: int) -> Iterator[list[Side]]:
    """Papers of these sizes, all served at once."""
    with ExitStack() as stack:
        yield [stack.enter_context(_side(copy, size)) for size in sizes]


@contextmanager
def _side(copy: Copy, articles: int) -> Iterator[Side]:
    with copy(articles) as paper:
        facts = paper.fact("pages_of_a_paper", articles)
        with ExitStack() as serving:
            running = serving.enter_context(served(paper))
            staff = Visitor(running.port)
            staff.sign_in(EDITOR, PASSWORD)
            yield Side(paper, running, serving.close, facts, Visitor(running.port), staff)


def readers_pages(facts: Mapping[str, Any]) -> dict[str, str]:
    """What readers ask for, by what it is."""
    pages = facts["pages"]
    return {
        "front page": "/",
        "section": "/section-1/",
        "section, a page in the middle": f"/section-1/page/{pages // 2}/",
        "section, its last page": f"/section-1/page/{pages}/",
        "archive": "/archive/",
        "archive of a year": "/2026/",
        "archive of a month": "/2026/10/",
        "archive of a day": "/2026/10/15/",
        "author": "/authors/author-3/",
        "author, a page in the middle": f"/authors/author-3/page/{max(1, pages * 8 // 100)}/".replace("/page/1/", "/"),
        "subject": "/tags/subject-3/",
        "article": f"/{facts['newest'][500]}/",
        "article with 1,000 comments": f"/{facts['liveliest']}/",
        "last page of 1,000 comments": f"/{facts['liveliest']}/comments/page/18/",
        "feed": "/feed/",
        "section's feed": "/section-1/feed/",
        "sitemap": "/sitemap.xml",
        "news sitemap": "/news-sitemap.xml",
        "search for a rare word": "/search/?q=corbahal",
        "search for a frequent word": "/search/?q=go",
        "search for two words": "/search/?q=enor+balo",
    }


def desk_pages(facts: Mapping[str, Any]) -> dict[str, str]:
    """What reviewers ask for."""
    queue = facts["queue"]
    return {
        "desk": "/desk/",
        "desk, last page of what waits": f"/desk/page/{queue}/",
        "desk, the published": "/desk/published/",
        "desk, the removed": "/desk/removed/",
        "desk, one comment": f"/desk/comments/{facts['waiting'][0][0]}/",
    }


def read_all(papers: list[Side], samples: int) -> None:
    """Asks for each page several times, the papers in turn."""
    for _ in range(samples):
        for side in papers:
            for what, path in readers_pages(side.facts).items():
                side.note(what, answered(side.unbaked(path), path).took)
            for what, path in desk_pages(side.facts).items():
                side.note(what, answered(side.staff.get(path), path).took)


def answered(heard: Heard, path: str) -> Heard:
    """The answer, if it is one."""
    assert heard.status == 200, f"{path}: {heard.status}"
    return heard


def publish_some(papers: list[Side]) -> None:
    """Publishes new articles in the editor, and looks whether they are on the front page."""
    forms = [Publishing(side.staff, side.facts["section"]) for side in papers]
    for number in range(PUBLISHED):
        for side, form in zip(papers, forms, strict=True):
            side.note("publishing", form.publish(number, side.reader))


def approve_some(papers: list[Side]) -> None:
    """Approves comments at the desk, and times how long it is until they stand under their article."""
    forms = [side.staff.form(f"/desk/comments/{side.facts['waiting'][0][0]}/", "revision") for side in papers]
    for place in range(APPROVED):
        for side, form in zip(papers, forms, strict=True):
            if place < len(side.facts["waiting"]) // 2:
                _approve(side, form, *side.facts["waiting"][place])


def _approve(side: Side, form: dict[str, str], number: int, revision: int, address: str) -> None:
    side.reader.get(f"/{address}/")  # it was baked before
    began = time.perf_counter()
    sent = side.staff.post(
        f"/desk/comments/{number}/decide/", {**form, "revision": str(revision), "outcome": "approve"}
    )
    assert sent.status == 302, sent.body[:300]
    side.note("approving", (time.perf_counter() - began) * 1000)
    seen = side.reader.get(f"/{address}/")
    side.note("approve → visible", (time.perf_counter() - began) * 1000)
    assert f'id="comment-{number}"' in seen.body, "it is not under the article"


def measure_start(side: Side) -> None:
    """Stops the server and begins others on the paper, from the start of their process to the first page."""
    side.stop()
    for _ in range(STARTS):
        began = time.perf_counter()
        with served(side.paper) as running:
            assert Visitor(running.port).get("/").status == 200
            side.note("start", (time.perf_counter() - began) * 1000)


def measure_night(side: Side) -> None:
    """Does what the schedule does at 3:37 each night, and keeps writers waiting on SQLite."""
    began = time.perf_counter()
    side.paper.broadsheet("manage", "rewrite_database")
    side.note("rewriting", (time.perf_counter() - began) * 1000)


def memory_of(side: Side) -> tuple[float, float]:
    """What the largest process holds after half of very many pages, and after all, in MB."""
    paths = [f"/{address}/" for address in side.facts["newest"]]
    held = []
    for half in (paths[: len(paths) // 2], paths[len(paths) // 2 :]):
        for path in half:
            answered(side.reader.get(path), path)
        held.append(max(_resident(pid) for pid in side.served.descendants))
    return held[0], held[1]


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def run() -> list[Row]:
    """Measures SQLite, and PostgreSQL where there is one."""
    rows = list(_measured("SQLite", copied))
    try:
        return [*rows, *_measured("PostgreSQL", copied_on_postgres)]
    except Missing as missing:
        print(f"\nOn SQLite alone: {missing}", flush=True)
        return rows


def _measured(database: str, copy: Copy) -> Iterator[Row]:
    """Asks both papers the same, one after the other, so that whatever else the machine does meets both alike."""
    with sides(copy, SMALL, LARGE) as papers:
        read_all(papers, SAMPLES[database])
        publish_some(papers)
        approve_some(papers)
        large = papers[1]
        held = memory_of(large)
        measure_start(large)
        measure_night(large)
        for row in (*_promised(*papers), *_seen(*papers), *_of_the_process(large, held)):
            yield replace(row, what=f"{database}: {row.what}")


def _promised(small: Side, large: Side) -> Iterator[Row]:
    visible = large.took["approve → visible"]
    yield Row("publishing an article in the editor, median", large.median("publishing"), "ms", "<= 500")
    yield Row("from the decision until the comment is on its page, 99 of 100", percentile(visible, 99), "ms", "<= 200")
    yield Row("the same, median", large.median("approve → visible"), "ms")
    for what in PROMISED:
        yield Row(f"{what}, not baked, median", large.median(what), "ms", "<= 100")
    for what in ("publishing", "approve → visible", *PROMISED, *GROWING):
        yield Row(f"{what}: growth", large.median(what) / small.median(what), "×", "<= 1.5")


def _seen(small: Side, large: Side) -> Iterator[Row]:
    """What nobody has promised a bound for."""
    for what in {**readers_pages(large.facts), **desk_pages(large.facts)}:
        if what not in PROMISED:
            meaning = f"{small.median(what):,.0f} ms in a hundredth of the paper"
            yield Row(f"{what}, not baked, median", large.median(what), "ms", meaning=meaning)


def _of_the_process(large: Side, held: tuple[float, float]) -> Iterator[Row]:
    first, last = held
    pages = len(large.facts["newest"])
    yield Row(f"memory of the largest process after {pages // 2:,} pages", first, "MB", "<= 200")
    yield Row(f"memory of the largest process after {pages:,} pages", last, "MB", "<= 200")
    yield Row("start of the process until the first page, median", large.median("start") / 1000, "s", "<= 3")
    yield Row("rewriting the database at night", large.median("rewriting") / 1000, "s", meaning="forms wait on SQLite")
