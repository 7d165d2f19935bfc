"""What is baked without a reader: after a publication, once for each, and never at the price of the publication."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from broadsheet.command.static_copy import StaticCopy
from broadsheet.discussion.reasons import Reason
from broadsheet.newsroom import actions
from broadsheet.newsroom.models import ArticlePage, SectionPage
from broadsheet.pagecache.actions import warm
from broadsheet.pagecache.baking import Fate, ask
from broadsheet.pagecache.tasks import A_MOMENT, bake
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.factories import discussion, newsroom
from tests.pagecache import worker
from tests.pagecache.conftest import Committing
from tests.pagecache.readers import Reader, connection_kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(reader: Reader, settings: Settings) -> Iterator[Reader]:
    """Somebody before a front whose worker keeps its tasks in the database, as a paper's does."""
    settings.WSGI_APPLICATION = worker.APPLICATION
    settings.TASKS = worker.IN_THE_DATABASE
    worker.beside.append(reader)
    yield reader
    worker.beside.pop()


@pytest.fixture
def harbour(reader: Reader, committed: Committing) -> SectionPage:
    """A section with an article, all of it published before anybody looked."""
    with committed():
        section = newsroom.section("Harbour")
        newsroom.article(section, datetime(2019, 3, 28, 9, tzinfo=UTC), title="The dredger is back", tags=["Tides"])
    worker.work()
    newsroom.paper(name="Nothing is baked any more")
    reader.front.store.clear()
    return section


def around(article: ArticlePage) -> list[str]:
    """What readers turn to first when this article has appeared."""
    return ["/", f"/{article.address}/", "/harbour/", "/feed/", "/feed/atom/", "/harbour/feed/", "/harbour/feed/atom/"]


def due() -> int:
    """How many tasks a worker would begin now."""
    return DBTaskResult.objects.ready().filter(task_path=bake.module_path).count()


def baked(reader: Reader, paths: list[str]) -> list[str]:
    return [path for path in paths if reader.is_baked(path)]


def test_after_a_publication_its_surroundings_are_baked_without_a_reader(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = newsroom.article(harbour, title="The quay sinks")
    assert baked(reader, around(article)) == []
    (done,) = worker.work()
    assert done.status == TaskResultStatus.SUCCESSFUL
    assert baked(reader, around(article)) == around(article)
    assert baked(reader, ["/tags/tides/", "/archive/", "/sitemap.xml"]) == []
    assert "The quay sinks" in reader.get("/").text
    assert "The quay sinks" in reader.get("/harbour/feed/").text


def test_a_correction_is_baked_before_anybody_asks_for_it(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = newsroom.article(harbour, title="The quay sinks")
    worker.work()
    with committed():
        article.title = "The quay holds"
        article.save_revision().publish()
    assert baked(reader, around(article)) == []
    worker.work()
    assert baked(reader, around(article)) == around(article)
    assert b"The quay holds" in ask(f"/{article.address}/").body


def test_where_an_article_was_taken_down_its_surroundings_are_baked_and_its_page_is_not(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = newsroom.article(harbour)
    worker.work()
    with committed():
        article.unpublish()
    worker.work()
    assert baked(reader, around(article)) == [path for path in around(article) if path != f"/{article.address}/"]


def test_a_picked_front_page_is_baked(reader: Reader, harbour: SectionPage, committed: Committing) -> None:
    with committed():
        newsroom.front_page().save_revision().publish()
    assert len(worker.work()) == 1
    assert reader.is_baked("/")


def test_a_publication_asks_once_and_what_waits_is_not_asked_for_again(
    harbour: SectionPage, committed: Committing
) -> None:
    articles = []
    for number in range(5):
        with committed():
            articles.append(newsroom.article(harbour, title=f"The tide, part {number}"))
    article = articles[-1]
    with committed():
        article.save_revision().publish()
    tasks = worker.waiting()
    asked = [path for task in tasks for path in task.args_kwargs["args"][0]]
    assert len(tasks) == 5
    assert len(asked) == len(set(asked)) == len(around(article)) + 4


def test_whoever_has_published_is_left_in_peace_for_a_moment(harbour: SectionPage, committed: Committing) -> None:
    with time_machine.travel(datetime(2019, 3, 29, 9, tzinfo=UTC), tick=False) as now:
        for number in range(3):
            with committed():
                newsroom.article(harbour, title=f"The tide, part {number}")
        assert [len(worker.waiting()), due()] == [3, 0]
        now.shift(A_MOMENT)
        assert due() == 3


def test_an_import_asks_for_nothing(harbour: SectionPage, committed: Committing) -> None:
    when = datetime(2012, 5, 1, tzinfo=UTC)
    pages = [ArticlePage(title=f"Old news {n}", slug=f"old-{n}", live=True, first_published_at=when) for n in range(3)]
    with committed():
        assert len(actions.import_articles([actions.ImportedArticle(harbour, page) for page in pages])) == 3
    assert worker.waiting() == []


def test_what_was_baked_meanwhile_is_not_rendered_again(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = newsroom.article(harbour)
    for path in around(article):
        assert reader.get(path).status == 200

    def never(*_: object) -> Any:
        raise AssertionError("a page was rendered again")

    reader.front.application = never
    (done,) = worker.work()
    assert done.status == TaskResultStatus.SUCCESSFUL


def test_a_task_for_a_page_that_is_gone_or_cannot_be_rendered_fails_nobody(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = newsroom.article(harbour)
        warm("/nothing/here/", "/search/", "/cms/")
    ArticlePage.objects.filter(pk=article.pk).update(live=False)

    def asks(execute: Any, sql: str, *rest: Any) -> Any:
        if "newsroom_frontslot" in sql:
            raise OperationalError("the line is cut")
        return execute(sql, *rest)

    with connection.execute_wrapper(asks):
        done = worker.work()
    assert [one.status for one in done] == [TaskResultStatus.SUCCESSFUL] * 2
    assert not reader.is_baked("/")
    assert reader.is_baked("/harbour/")
    assert not reader.is_baked(f"/{article.address}/")


def test_where_the_task_cannot_be_noted_the_article_is_published_all_the_same(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    def busy(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and bake.module_path in map(str, rest[0]):
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(busy), committed():
        article = newsroom.article(harbour)
    assert worker.waiting() == []
    assert reader.get(f"/{article.address}/").status == 200


def test_a_page_tells_what_became_of_it(reader: Reader, harbour: SectionPage) -> None:
    with connection_kept():
        assert [ask("/harbour/").fate for _ in range(2)] == [Fate.BAKED, Fate.ALREADY]
        assert ask("/nothing/here/").fate == Fate.ELSEWHERE
        assert ask("/search/").fate == Fate.UNKEPT


def test_what_is_removed_while_a_copy_is_made_is_not_in_it(
    reader: Reader, harbour: SectionPage, committed: Committing, tmp_path: Path
) -> None:
    with committed():
        article = newsroom.article(harbour)
        chief = discussion.chief()
        comment = discussion.published(article, by=chief, text="I saw the mayor push it.")
    own, words = f"/{article.address}/", b"push it"
    copy = StaticCopy(tmp_path, [own, "/harbour/"])
    file = tmp_path / own.strip("/") / "index.html"
    with connection_kept():
        pages = copy.pages()
        assert next(pages).path == own
        assert words in file.read_bytes()
        with committed():
            review.decide(discussion.latest(comment), Outcome.REMOVE, by=chief, grounds=Grounds(Reason.OFFENSIVE))
        assert [asked.path for asked in pages] == ["/harbour/", own]
    assert words not in file.read_bytes()
