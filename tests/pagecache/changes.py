"""One change of the paper after the other, each followed by a look whether any page shows a piece from before it.

Runs inside a paper's own process (`paper.shell`): within a test's transaction no piece is kept.
"""

import re
from http import HTTPStatus

from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.command import collect_static
from broadsheet.donations.models import DonationAppeal
from broadsheet.newsroom.models import Paper
from tests.pagecache import test_what_goes_stale as stale
from tests.pagecache.readers import Reader

# Each finds what it changes; what takes something away comes last.
ORDER = [
    *(stale.new_headline, stale.only_a_draft, stale.another_subject, stale.another_author, stale.a_new_article),
    *(stale.approved, stale.another_comment, stale.new_terms, stale.an_appeal, stale.a_new_name, stale.a_credit),
    *(stale.an_author_renamed, stale.a_subject_renamed, stale.a_section_renamed, stale.about_rewritten, stale.a_pick),
    *(stale.removed, stale.removed_with_answers, stale.moved, stale.taken_down, stale.deleted),
]


def run() -> str:
    """Names each page that was other than rendered from nothing, with the change; nothing where all is well."""
    world, reader = _opened()
    assert {reader.get(path).status for path in world.paths.values()} == {HTTPStatus.OK}
    found = [f"before: {name}" for name in _differing(reader, world)]
    for change in ORDER:
        change(world)
        found += [f"{change.__name__}: {name}" for name in _differing(reader, world)]
    return ", ".join(found)


def asked_for() -> str:
    """The tables that an article's page is made from when all that is new about it is a comment."""
    world, reader = _opened()
    reader.get(world.paths["dredger"])
    stale.approved(world)
    with CaptureQueriesContext(connection) as log:
        assert reader.get(world.paths["dredger"]).status == HTTPStatus.OK
    found = [re.search(r' FROM "(\w+)"', query["sql"]) for query in log]
    return " ".join(one[1] for one in found if one and not one[1].startswith("pagecache"))


def _opened() -> tuple[stale.World, Reader]:
    collect_static.collect_if_changed()
    Paper.load()
    DonationAppeal.load()
    return stale.World(), Reader(host="127.0.0.1")


def _differing(reader: Reader, world: stale.World) -> list[str]:
    return [name for name, path in world.paths.items() if reader.get(path).body != reader.uncached(path).body]
