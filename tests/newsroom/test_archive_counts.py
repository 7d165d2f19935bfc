"""The archive's numbers: counted once, counted again where an article came or went, and never those of before."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.newsroom import archive
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import collected, take_snapshot
from tests.factories.newsroom import article, section

# Within a transaction of one's own nothing is kept.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

Paper = dict[str, ArticlePage]


def day(year: int) -> datetime:
    return datetime(year, 3, 28, 12, tzinfo=UTC)


@pytest.fixture
def paper() -> Paper:
    harbour, council = section("Harbour"), section("Council")
    return {
        "old": article(harbour, day(2018), slug="old"),
        "quay": article(harbour, day(2019), slug="quay"),
        "dredger": article(harbour, day(2019), slug="dredger"),
        "budget": article(council, day(2020), slug="budget"),
    }


def numbers() -> dict[Any, int]:
    """What a request sees that begins now."""
    with collected():
        take_snapshot(Purge.objects.snapshot)
        years = {one["day"].year: one["count"] for one in archive.years()}
        return years | {one.title: one.count for one in archive.sections()}


def counted() -> list[str]:
    """What the next request counts in the database."""
    with CaptureQueriesContext(connection) as log:
        numbers()
    return [query["sql"] for query in log.captured_queries if "COUNT(" in query["sql"]]


def test_a_count_is_cached(paper: Paper) -> None:
    before = {2018: 1, 2019: 2, 2020: 1, "Harbour": 3, "Council": 1}
    assert numbers() == before
    assert counted() == []
    assert numbers() == before


def test_a_publication_renews_the_counts_of_its_year_and_section_only(paper: Paper) -> None:
    numbers()
    article(paper["budget"].section, day(2020), slug="deficit")
    assert len(counted()) == 2
    assert numbers() == {2018: 1, 2019: 2, 2020: 2, "Harbour": 3, "Council": 2}


def moved(paper: Paper) -> None:
    paper["quay"].move(paper["budget"].section, "last-child")


CHANGES: dict[str, tuple[Callable[[Paper], Any], dict[Any, int]]] = {
    "the last of a year": (lambda paper: paper["old"].unpublish(), {2019: 2, 2020: 1, "Harbour": 2, "Council": 1}),
    "one of two": (lambda paper: paper["quay"].delete(), {2018: 1, 2019: 1, 2020: 1, "Harbour": 2, "Council": 1}),
    "to another section": (moved, {2018: 1, 2019: 2, 2020: 1, "Harbour": 2, "Council": 2}),
    "a new year": (
        lambda paper: article(paper["budget"].section, day(2021), slug="deficit"),
        {2018: 1, 2019: 2, 2020: 1, 2021: 1, "Harbour": 3, "Council": 2},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_outdated_count_is_shown_after_a_publication(paper: Paper, change: str) -> None:
    numbers()
    happens, after = CHANGES[change]
    happens(paper)
    assert numbers() == after
