"""What a purge of very many pages takes, and how long it keeps readers of other pages waiting; on SQLite."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.browsing import Visitor
from bench.kept import copied
from bench.load import percentile
from bench.rows import Row
from bench.serving import Paper, served

NAME = "purge"
PAGES, IN_SECTION, OTHERS = 100_000, 12_500, 20
SMALL = 1_000  # articles of the paper itself
BAKE = f"from bench.filling.pages import bake; bake({PAGES}, in_section={IN_SECTION})"
PURGE = """
import time
from bench.filling.pages import KEY, SECTION
from broadsheet.pagecache.actions import purge
began = time.perf_counter()
purge({key})
print(time.perf_counter() - began)
"""
ADDRESSES = f"""
from broadsheet.newsroom.models import ArticlePage
print("\\n".join(ArticlePage.objects.published().newest_first().values_list("address", flat=True)[:{OTHERS}]))
"""


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
        others = [f"/{address}/" for address in paper.shell(ADDRESSES).split()]
        with served(paper) as running:
            paper.shell(BAKE)
            reader = Visitor(running.port)
            assert reader.get("/bench/0/0/").status == 200, "the pages are not baked"
            assert {reader.get(path).status for path in others} == {200}, "the others are not baked"
            with _readers(running.port, others) as one:
                few = _purge(paper, "SECTION")
            assert reader.get(f"/bench/{PAGES % 1000}/{PAGES}/").status == 404, "a purged page is still there"
            assert reader.get("/bench/0/0/").status == 200, "a page is gone that was not purged"
            with _readers(running.port, others) as other:
                many = _purge(paper, "KEY")
            assert reader.get("/bench/0/0/").status == 404, "a purged page is still there"
    assert not one.failed + other.failed, "readers got no answer"
    return [
        Row(f"purge of a key on {IN_SECTION:,} of {PAGES + IN_SECTION:,} pages", few, "s", "<= 2"),
        *one.rows(),
        Row(f"purge of a key on {PAGES:,} pages", many, "s", "<= 2"),
        *other.rows(),
    ]


def _purge(paper: Paper, key: str) -> float:
    return float(paper.shell(PURGE.format(key=key)).split()[-1])


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
