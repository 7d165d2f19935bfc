"""Load on a running paper: readers that request the same pages over and over, and a commenter."""

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
TIMEOUT = 10.0  # seconds, after which a page counts as missing
PAUSE = 0.01  # seconds between two pages of a reader
CREATE_ARTICLES = """
from tests.factories import discussion, newsroom
print(discussion.terms().pk, *(newsroom.article(title=f"Tide {n}").address for n in range({articles})))
"""
Response = tuple[int, str]


@dataclass
class Load:
    """Readers of one paper, and the failures they have met."""

    port: int
    paths: Sequence[str]
    expected_text: str
    pages_read: int = 0
    slowest: float = 0.0  # seconds
    wrong_responses: list[str] = field(default_factory=list)
    broken_connections: list[str] = field(default_factory=list)  # without any response
    stop: threading.Event = field(default_factory=threading.Event)

    def read_until_stopped(self) -> None:
        """Request the pages in turn until `stop` is set."""
        while not self.stop.is_set():
            for path in self.paths:
                started_at = time.monotonic()
                self._read(path)
                self.slowest = max(self.slowest, time.monotonic() - started_at)
                time.sleep(PAUSE)

    def _read(self, path: str) -> None:
        try:
            status, page = request(self.port, path, timeout=TIMEOUT)
        except (OSError, http.client.HTTPException) as error:
            self.broken_connections.append(f"{path}: {error!r}")
            return
        self.pages_read += 1
        if status != http.HTTPStatus.OK or self.expected_text not in page:
            self.wrong_responses.append(f"{path}: {status}")


@contextmanager
def readers(port: int, paths: Sequence[str], expected_text: str = "Tide") -> Iterator[Load]:
    """Yield readers that read until the end of the block."""
    load = Load(port, paths, expected_text)
    threads = [threading.Thread(target=load.read_until_stopped, daemon=True) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop.set()
        for thread in threads:
            thread.join()


def request(port: int, path: str, form: dict[str, str] | None = None, timeout: float = 60.0) -> Response:
    """Send a GET request, or a POST request with a form, on a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST" if form else "GET", path, urlencode(form or {}), headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


@dataclass
class Articles:
    """Some articles of a paper, and the data for their comment forms."""

    terms: str
    pages: list[str]

    @classmethod
    def of(cls, paper: Paper, articles: int) -> "Articles":
        """Create the articles and the terms."""
        terms, *addresses = paper.shell(CREATE_ARTICLES.replace("{articles}", str(articles))).split()
        return cls(terms, [f"/{address}/" for address in addresses])

    def comment(self, text: str) -> dict[str, str]:
        """Return a completed form. Texts with different numbers come from different commenters."""
        digits = "".join(re.findall(r"\d", text))
        return {"terms": self.terms, "name": "Ida Holm", "email": f"ida{digits}@post.example", "text": text}

    def form(self, page: str) -> str:
        """Return the path of an article's form."""
        return f"{page}comments/write/"
