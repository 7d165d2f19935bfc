"""A thread keeps its connection to SQLite from one request to the next, and nobody notices but the clock."""

import re

import pytest

from tests.command.papers import Paper

RUN = "from tests.pagecache.persistent_connection import run; print(run())"


@pytest.mark.sqlite  # PostgreSQL has a server for its locks
def test_between_requests_others_can_write_and_the_next_request_sees_it(paper: Paper) -> None:
    assert re.fullmatch(r"one, of \d\d old:", paper.shell(RUN))
