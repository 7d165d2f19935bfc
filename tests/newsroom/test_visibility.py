"""What is taken off the site is gone at once from every surface and cache, whichever road it leaves on."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.command.conftest import paper, template
from tests.command.papers import Paper
from tests.databases import kept_for_a_module
from tests.newsroom.roads import ROADS, World, taken
from tests.pagecache.conftest import Committing, committed, reader
from tests.pagecache.readers import Reader

__all__ = ["committed", "paper", "reader", "template"]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The paper that each test finds as it was."""
    with kept_for_a_module(django_db_blocker, World) as made:
        yield made


@pytest.mark.exhaustive
@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "road"), ROADS, ids=[f"{kind}-{road.__name__}" for kind, road in ROADS])
def test_what_is_taken_off_is_gone_from_every_surface(
    kind: str, road: Callable[[World, object], None], world: World, reader: Reader, committed: Committing
) -> None:
    assert list(taken(world, reader, kind, road, committed)) == []


@pytest.mark.exhaustive
def test_what_is_taken_off_is_gone_where_everything_is_cached(paper: Paper) -> None:
    told = paper.shell("from tests.newsroom.roads import run; print(run())", timeout=280)
    assert told.splitlines()[-1] == "gone everywhere"
