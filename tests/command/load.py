"""Readers who read the same pages over and over, and note whatever they do not get; and one who writes."""

import http.client
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.command.papers import Paper

READERS = 4
PATIENCE = 10.0  # seconds; who waits longer has not got the page
PAUSE = 0.01  # seconds between two pages of one reader
SETTING = """
from tests.factories import discussion, newsroom
print(discussion.terms().pk, *(newsroom.article(title=f"Tide {n}").address for n in range({articles})))
"""
Answer = tuple[int, str]


@dataclass
class Crowd:
    """What some readers of one paper met."""

    port: int
    paths: Sequence[str]
    words: str
    read: int = 0
    longest: float = 0.0
    missed: list[str] = field(default_factory=list)  # answers that were not the page
    broken: list[str] = field(default_factory=list)  # connections that ended without an answer
    stop: threading.Event = field(default_factory=threading.Event)

    def go_on(self) -> None:
        """One reader's day."""
        while not self.stop.is_set():
            for path in self.paths:
                began = time.monotonic()
                self._look_at(path)
                self.longest = max(self.longest, time.monotonic() - began)
                time.sleep(PAUSE)

    def _look_at(self, path: str) -> None:
        try:
            status, page = ask(self.port, path, patience=PATIENCE)
        except (OSError, http.client.HTTPException) as error:
            self.broken.append(f"{path}: {error!r}")
            return
        self.read += 1
        if status != http.HTTPStatus.OK or self.words not in page:
            self.missed.append(f"{path}: {status}")


@contextmanager
def reading(port: int, paths: Sequence[str], words: str = "Tide") -> Iterator[Crowd]:
    """A crowd that reads until the block ends."""
    crowd = Crowd(port, paths, words)
    threads = [threading.Thread(target=crowd.go_on, daemon=True) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        crowd.stop.set()
        for thread in threads:
            thread.join()


def ask(port: int, path: str, sent: dict[str, str] | None = None, patience: float = 60.0) -> Answer:
    """One request on a connection of its own; with something sent it is a POST."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=patience)) as connection:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST" if sent else "GET", path, urlencode(sent or {}), kind)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@dataclass
class Column:
    """A paper with some articles, and what its comment form needs."""

    terms: str
    pages: list[str]

    @classmethod
    def of(cls, paper: Paper, articles: int) -> "Column":
        """Writes the articles and the terms."""
        terms, *addresses = paper.shell(SETTING.replace("{articles}", str(articles))).split()
        return cls(terms, [f"/{address}/" for address in addresses])

    def comment(self, text: str) -> dict[str, str]:
        """What a reader fills in; one address writes one comment."""
        digits = "".join(re.findall(r"\d", text))
        return {"terms": self.terms, "name": "Ida Holm", "email": f"ida{digits}@post.example", "text": text}

    def form(self, page: str) -> str:
        """Where the comment goes."""
        return f"{page}comments/write/"
