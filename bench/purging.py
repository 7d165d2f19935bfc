"""What a purge of very many pages takes, and how long it keeps editors, and readers of others, waiting; on SQLite."""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.browsing import Visitor
from bench.editing import Publishing
from bench.kept import PASSWORD, copied
from bench.load import percentile
from bench.rows import Row
from bench.serving import EDITOR, Paper, Served, served

NAME = "purge"
PAGES, IN_SECTION, OTHERS = 100_000, 12_500, 20
PUBLISHED = 9
SMALL = 1_000  # articles of the paper itself
MANY, FEW = "bench", "bench:section"
PATIENCE = 30.0  # seconds until what stands beside an article has to be new
BAKE = "from bench.filling.pages import bake; bake({having})"


@dataclass
class Reading:
    """What readers met while something else went on, in milliseconds."""

    waits: list[float] = field(default_factory=list)
    failed: int = 0

    def rows(self) -> list[Row]:
        """The longest of their waits, and how long nearly all of them were at most."""
        return [
            Row("wait of readers of other pages meanwhile, 99 of 100", percentile(self.waits, 99), "ms"),
            Row("the longest of these waits", max(self.waits), "ms"),
        ]


def run() -> list[Row]:
    """Bakes the pages and purges them in two goes, with readers at other pages of the paper meanwhile."""
    with copied(SMALL) as paper:
        facts = paper.fact("sections_and_others", OTHERS)
        others = facts["others"]
        with served(paper) as running:
            paper.shell(BAKE.format(having={facts["beside"]: IN_SECTION, FEW: IN_SECTION, MANY: PAGES}))
            reader = Visitor(running.port)
            assert {reader.get(path).status for path in others} == {200}, "the others are not baked"
            published = list(_publish(running, facts["section"], facts["another"]))
            assert _is_there(reader, 2 * IN_SECTION - 1), "a page is gone that was not purged"
            with _readers(running.port, others) as one:
                few = _purge(paper, FEW)
            assert not _is_there(reader, 2 * IN_SECTION - 1), "a purged page is still there"
            assert _is_there(reader, 2 * IN_SECTION), "a page is gone that was not purged"
            with _readers(running.port, others) as other:
                many = _purge(paper, MANY)
            assert not _is_there(reader, 2 * IN_SECTION), "a purged page is still there"
    assert not one.failed + other.failed, "readers got no answer"
    return [
        *published,
        Row(f"purge of a key on {IN_SECTION:,} of {PAGES + IN_SECTION:,} pages", few, "s", "<= 2"),
        *one.rows(),
        Row(f"purge of a key on {PAGES:,} pages", many, "s", "<= 2"),
        *other.rows(),
    ]


def _publish(running: Served, section: int, another: int) -> Iterator[Row]:
    """What an editor waits for in a section all of whose articles are baked, and how old these are for how long."""
    staff, reader = Visitor(running.port), Visitor(running.port)
    staff.sign_in(EDITOR, PASSWORD)
    elsewhere = Publishing(staff, another)
    rest = [elsewhere.publish(number, reader) for number in range(1, PUBLISHED)]
    first, began = Publishing(staff, section).publish(PUBLISHED, reader), time.perf_counter()
    while _is_there(reader, 0) or _is_there(reader, IN_SECTION - 1):
        assert time.perf_counter() < began + PATIENCE, "what stands beside the articles is as it was"
        time.sleep(0.05)
    renewed = time.perf_counter() - began
    told = f"{statistics.median(rest):,.0f} ms in one with none"
    yield Row(f"publishing in a section with {IN_SECTION:,} baked articles", first, "ms", "<= 500", told)
    yield Row("… until all of them are made anew by whoever asks", renewed, "s", meaning="by the worker, meanwhile")


def _is_there(reader: Visitor, number: int) -> bool:
    return reader.get(f"/bench/{number % 1000}/{number}/").status == 200


def _purge(paper: Paper, key: str) -> float:
    return float(paper.fact("purged", key))


@contextmanager
def _readers(port: int, paths: list[str]) -> Iterator[Reading]:
    """Two who read these pages again and again."""
    over, reading = threading.Event(), Reading()

    def read() -> None:
        visitor = Visitor(port)
        while not over.is_set():
            for path in paths:
                heard = visitor.get(path)
                reading.waits.append(heard.took)
                reading.failed += heard.status != 200

    both = [threading.Thread(target=read) for _ in range(2)]
    for one in both:
        one.start()
    try:
        yield reading
    finally:
        over.set()
        for one in both:
            one.join()
