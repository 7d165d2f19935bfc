"""One change of the paper after the other, after each of which no page may show a stale fragment.

Runs inside a paper's own process (`paper.shell`): within a test's transaction no fragment is cached.
"""

import re
from http import HTTPStatus

from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.command import collect_static
from broadsheet.donations.models import DonationAppeal
from broadsheet.newsroom.models import Paper
from tests.pagecache import test_staleness as stale
from tests.pagecache.readers import Reader

# Each change finds its rows; those that delete rows come last.
ORDER = [
    *(stale.new_headline, stale.only_a_draft, stale.another_subject, stale.another_author, stale.a_new_article),
    *(stale.approved, stale.another_comment, stale.new_terms, stale.an_appeal, stale.a_new_name, stale.a_credit),
    *(stale.an_author_renamed, stale.a_subject_renamed, stale.a_section_renamed, stale.about_rewritten, stale.a_pick),
    *(stale.removed, stale.removed_with_answers, stale.moved, stale.taken_down, stale.deleted),
]


def run() -> str:
    """Returns each page that differed from a page rendered without the cache, with the change; empty if none did."""
    world, reader = _opened()
    assert {reader.get(path).status for path in world.paths.values()} == {HTTPStatus.OK}
    differing = [f"before: {name}" for name in _differing(reader, world)]
    for change in ORDER:
        change(world)
        differing += [f"{change.__name__}: {name}" for name in _differing(reader, world)]
    return ", ".join(differing)


def queried_tables() -> str:
    """Returns the tables that the page of an article is rendered from when only a comment is new."""
    world, reader = _opened()
    reader.get(world.paths["dredger"])
    stale.approved(world)
    with CaptureQueriesContext(connection) as log:
        assert reader.get(world.paths["dredger"]).status == HTTPStatus.OK
    tables = [re.search(r' FROM "(\w+)"', query["sql"]) for query in log]
    return " ".join(table[1] for table in tables if table and not table[1].startswith("pagecache"))


def _opened() -> tuple[stale.World, Reader]:
    collect_static.collect_if_changed()
    Paper.load()
    DonationAppeal.load()
    return stale.World(), Reader(host="127.0.0.1")


def _differing(reader: Reader, world: stale.World) -> list[str]:
    return [name for name, path in world.paths.items() if reader.get(path).body != reader.uncached(path).body]
