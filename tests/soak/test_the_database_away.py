"""The database is stopped for a minute under load: 0 failed reads of baked pages, and no text is lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.campaigns import figure
from tests.command.load import Articles, Response, readers, request
from tests.command.papers import ON_POSTGRES, POSTGRES, Paper, RunningCommand, serving, wait_until
from tests.command.proxy import Proxy

SECONDS = figure(full=60)
BAKED, UNREAD, WRITERS = 6, 24, 8
SOON = 10.0  # seconds within which all is as before


@pytest.fixture
def proxy(paper: Paper) -> Iterator[Proxy]:
    """What leads to the database; SQLite has none, and is held by somebody else instead."""
    with Proxy() as proxy:
        if paper.database:
            options = paper.folder / "broadsheet.toml"
            options.write_text(
                options.read_text().replace(f"{POSTGRES}/{paper.database}", proxy.url_of(paper.database))
            )
        yield proxy


@contextmanager
def away(paper: Paper, proxy: Proxy) -> Iterator[None]:
    """A database that nobody reaches."""
    if not paper.database:
        with paper.locked():
            yield
        return
    proxy.cut()
    try:
        yield
    finally:
        proxy.restore()


def asked_at_once(
    running: RunningCommand, unread: list[str], articles: Articles
) -> tuple[list[threading.Thread], list[Response]]:
    """Readers who ask for pages that nobody has baked, and writers, all while the database is away."""
    answers: list[Response] = []

    def go(path: str, sent: dict[str, str] | None) -> None:
        answers.append(request(running.port, path, sent, timeout=SECONDS + 120))

    written = [(articles.form(page), articles.comment(text(n))) for n, page in enumerate(unread[:WRITERS])]
    threads = [threading.Thread(target=go, args=one) for one in [*written, *((page, None) for page in unread)]]
    for thread in threads:
        thread.start()
    return threads, answers


def text(number: int) -> str:
    """What a reader writes."""
    return f"I saw it from the quay, for the {number}th time."


@pytest.mark.campaign
@pytest.mark.timeout(600)
def test_readers_notice_nothing_and_writers_keep_their_words(paper: Paper, proxy: Proxy) -> None:
    articles = Articles.of(paper, articles=BAKED + UNREAD)
    baked, unread = articles.pages[:BAKED], articles.pages[BAKED:]
    with serving(paper) as running:
        wait_until(lambda: all_baked(paper, running, baked))
        with readers(running.port, baked) as load:
            began = time.monotonic()
            with away(paper, proxy):
                threads, answers = asked_at_once(running, unread, articles)
                time.sleep(SECONDS)
            for thread in threads:
                thread.join()
            wait_until(lambda: running.get(unread[0])[0] == 200, timeout=SOON)
            wait_until(lambda: running.get("/readyz")[0] == 200, timeout=SOON)
        seconds = time.monotonic() - began
        print(f"{load.pages_read} reads in {seconds:.0f} s, the longest {load.slowest:.2f} s; {tell(answers)}")
        assert (load.wrong_responses, load.broken_connections) == ([], [])
        assert {status for status, _ in answers} <= ({503} if ON_POSTGRES else {200, 302, 503})
        refused = [page for status, page in answers if status == 503]
        assert all("a problem with our database" in page for page in refused)
        stored = {said for (said,) in paper.sql("SELECT text FROM discussion_revision")}
        shown = {text(n) for n in range(WRITERS) if any(text(n) in page for page in refused)}
        assert stored | shown == {text(n) for n in range(WRITERS)}
        assert all(
            request(running.port, articles.form(page), articles.comment(text(n)))[0] == 302
            for n, page in retried(shown, unread)
        )
        assert running.end() == 0


def all_baked(paper: Paper, running: RunningCommand, pages: list[str]) -> bool:
    """Whether all of them lie on the disk; the very first page of a new paper writes down how the paper is set."""
    assert [running.get(page)[0] for page in pages] == [200] * len(pages)
    return all((paper.folder / f"baked/pages{page}index.html").exists() for page in pages)


def retried(shown: set[str], unread: list[str]) -> list[tuple[int, str]]:
    """The writers who have to send once more, each with the article."""
    return [(n, unread[n]) for n in range(WRITERS) if text(n) in shown]


def tell(answers: list[Response]) -> str:
    """How many got what."""
    told = sorted({status for status, _ in answers})
    return ", ".join(f"{status}: {sum(status == one for one, _ in answers)}" for status in told)
