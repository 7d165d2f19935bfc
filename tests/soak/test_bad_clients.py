"""With 1,000 bad connections of each kind, all from one address, readers hardly wait, and comments are taken (ADR 36).

The waits are compared with those of the same run without bad clients, because a busy machine has longer ones anyway.
"""

import http.client
import time
from contextlib import ExitStack, closing

import pytest

from bench.load import percentile
from tests.campaigns import figure
from tests.command.bad_clients import KINDS, bad_clients
from tests.command.load import Articles, request
from tests.command.papers import Paper, serving, wait_until

NUMBER = figure(full=1_000)
REQUESTS = figure(full=2_000)
COMMENTS = 5
LONGEST = 0.1  # seconds, of 99 in 100 requests
TIMES = 3.0  # as long as without bad clients, where that is longer
PATIENCE = 20.0  # seconds
STOPPED_WITHIN = 30.0  # seconds, as the guide says


def seconds(port: int, path: str) -> float:
    """Return how long a reader waits for a page, connection included."""
    began = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
    assert response.status == http.HTTPStatus.OK
    return time.monotonic() - began


def waits(port: int, *paths: str) -> dict[str, float]:
    """Return how long 99 of 100 readers of each page wait at most."""
    return {path: percentile([seconds(port, path) for _ in range(REQUESTS)], 99) for path in paths}


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_bad_clients_of_every_kind_slow_nobody_down(paper: Paper) -> None:
    articles = Articles.of(paper, articles=2)
    page, other = articles.pages
    with serving(paper) as running:
        file = paper.folder / f"baked/pages{page}index.html"
        wait_until(lambda: request(running.port, page)[0] == http.HTTPStatus.OK and file.exists())
        before = waits(running.port, page, "/healthz")
        with ExitStack() as stack:
            for kind in KINDS:
                stack.enter_context(bad_clients(running.port, kind, NUMBER, page))
            beside = waits(running.port, page, "/healthz")
            print(f"p99 in seconds, {NUMBER} of each kind: {beside}; without them: {before}")
            for number in range(COMMENTS):
                form = articles.comment(f"I saw it {number} times.")
                assert request(running.port, articles.form(other), form, timeout=PATIENCE)[0] == http.HTTPStatus.FOUND
            began = time.monotonic()
            assert running.end() == 0
            print(f"stopped within {time.monotonic() - began:.1f} s")
            assert time.monotonic() - began < STOPPED_WITHIN
    for path, wait in beside.items():
        assert wait <= max(LONGEST, TIMES * before[path]), path
