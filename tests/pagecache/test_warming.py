"""After a publication a worker bakes the pages around it, once each, and without a delay for the editor."""

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
from broadsheet.pagecache.baking import BakeResult, request_page
from broadsheet.pagecache.tasks import DELAY, bake
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.factories import discussion, newsroom
from tests.pagecache import worker
from tests.pagecache.conftest import Committing
from tests.pagecache.readers import Reader, open_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(reader: Reader, settings: Settings) -> Iterator[Reader]:
    """A reader of a page server whose tasks are in the database, as a paper's are."""
    settings.WSGI_APPLICATION = worker.APPLICATION
    settings.TASKS = worker.IN_THE_DATABASE
    worker.readers.append(reader)
    yield reader
    worker.readers.pop()


@pytest.fixture
def harbour(reader: Reader, committed: Committing) -> SectionPage:
    """A section with an article, and no baked page."""
    with committed():
        section = newsroom.section("Harbour")
        newsroom.article(section, datetime(2019, 3, 28, 9, tzinfo=UTC), title="The dredger is back", tags=["Tides"])
    worker.run_tasks()
    newsroom.paper(name="Nothing is baked any more")
    reader.server.store.clear()
    return section


def around(article: ArticlePage) -> list[str]:
    """The pages that readers open first when this article has appeared."""
    return ["/", f"/{article.address}/", "/harbour/", "/feed/", "/feed/atom/", "/harbour/feed/", "/harbour/feed/atom/"]


def published(section: SectionPage, **fields: Any) -> ArticlePage:
    """An article that an editor has published."""
    article = newsroom.draft(section, **fields)
    article.save_revision().publish()
    article.refresh_from_db()
    return article


def due() -> int:
    """The number of tasks that a worker would start now."""
    return DBTaskResult.objects.ready().filter(task_path=bake.module_path).count()


def baked(reader: Reader, paths: list[str]) -> list[str]:
    return [path for path in paths if reader.is_baked(path)]


def test_a_publication_has_the_pages_around_it_baked_without_a_reader(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = published(harbour, title="The quay sinks")
    assert baked(reader, around(article)) == []
    (task,) = worker.run_tasks()
    assert task.status == TaskResultStatus.SUCCESSFUL
    assert baked(reader, around(article)) == around(article)
    assert baked(reader, ["/tags/tides/", "/archive/", "/sitemap.xml"]) == []
    assert "The quay sinks" in reader.get("/").text
    assert "The quay sinks" in reader.get("/harbour/feed/").text


def test_a_correction_is_baked_before_a_reader_requests_it(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = published(harbour, title="The quay sinks")
    worker.run_tasks()
    with committed():
        article.title = "The quay holds"
        article.save_revision().publish()
    assert baked(reader, around(article)) == []
    worker.run_tasks()
    assert baked(reader, around(article)) == around(article)
    assert b"The quay holds" in request_page(f"/{article.address}/").body


def test_taking_an_article_down_has_the_pages_around_it_baked(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = published(harbour)
    worker.run_tasks()
    with committed():
        article.unpublish()
    worker.run_tasks()
    assert baked(reader, around(article)) == [path for path in around(article) if path != f"/{article.address}/"]


def test_a_new_pick_for_the_front_page_has_it_baked(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        newsroom.front_page().save_revision().publish()
    assert len(worker.run_tasks()) == 1
    assert reader.is_baked("/")


def test_a_page_is_enqueued_once_however_many_articles_are_published(
    harbour: SectionPage, committed: Committing
) -> None:
    articles = []
    for number in range(5):
        with committed():
            articles.append(published(harbour, title=f"The tide, part {number}"))
    article = articles[-1]
    with committed():
        article.save_revision().publish()
    tasks = worker.enqueued()
    paths = [path for task in tasks for path in task.args_kwargs["args"][0]]
    assert len(tasks) == 5
    assert len(paths) == len(set(paths)) == len(around(article)) + 4


def test_baking_starts_after_a_delay_for_the_next_request_of_the_editor(
    harbour: SectionPage, committed: Committing
) -> None:
    with time_machine.travel(datetime(2019, 3, 29, 9, tzinfo=UTC), tick=False) as now:
        for number in range(3):
            with committed():
                published(harbour, title=f"The tide, part {number}")
        assert [len(worker.enqueued()), due()] == [3, 0]
        now.shift(DELAY)
        assert due() == 3


def test_an_import_enqueues_no_page(harbour: SectionPage, committed: Committing) -> None:
    when = datetime(2012, 5, 1, tzinfo=UTC)
    pages = [ArticlePage(title=f"Old news {n}", slug=f"old-{n}", live=True, first_published_at=when) for n in range(3)]
    with committed():
        assert len(actions.import_articles([actions.ImportedArticle(harbour, page) for page in pages])) == 3
    assert worker.enqueued() == []


def test_a_page_that_was_baked_meanwhile_is_not_rendered_again(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = published(harbour)
    for path in around(article):
        assert reader.get(path).status == 200

    def never(*_: object) -> Any:
        raise AssertionError("a page was rendered again")

    reader.server.application = never
    (task,) = worker.run_tasks()
    assert task.status == TaskResultStatus.SUCCESSFUL


def test_a_page_that_is_gone_or_cannot_be_rendered_does_not_fail_the_task(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    with committed():
        article = published(harbour)
        warm("/nothing/here/", "/search/", "/cms/")
    ArticlePage.objects.filter(pk=article.pk).update(live=False)

    def asks(execute: Any, sql: str, *rest: Any) -> Any:
        if "newsroom_frontslot" in sql:
            raise OperationalError("the line is cut")
        return execute(sql, *rest)

    with connection.execute_wrapper(asks):
        tasks = worker.run_tasks()
    assert [task.status for task in tasks] == [TaskResultStatus.SUCCESSFUL] * 2
    assert not reader.is_baked("/")
    assert reader.is_baked("/harbour/")
    assert not reader.is_baked(f"/{article.address}/")


def test_an_article_is_published_even_if_the_task_cannot_be_enqueued(
    reader: Reader, harbour: SectionPage, committed: Committing
) -> None:
    def busy(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and bake.module_path in map(str, rest[0]):
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(busy), committed():
        article = published(harbour)
    assert worker.enqueued() == []
    assert reader.get(f"/{article.address}/").status == 200


def test_a_request_reports_whether_the_page_was_baked(reader: Reader, harbour: SectionPage) -> None:
    with open_connection():
        assert [request_page("/harbour/").result for _ in range(2)] == [BakeResult.BAKED, BakeResult.ALREADY_BAKED]
        assert request_page("/nothing/here/").result == BakeResult.NO_PAGE
        assert request_page("/search/").result == BakeResult.NOT_STORED


def test_a_comment_removed_while_a_copy_is_made_is_not_in_the_copy(
    reader: Reader, harbour: SectionPage, committed: Committing, tmp_path: Path
) -> None:
    with committed():
        article = published(harbour)
        chief = discussion.chief()
        comment = discussion.published(article, by=chief, text="I saw the mayor push it.")
    own, words = f"/{article.address}/", b"push it"
    copy = StaticCopy(tmp_path, [own, "/harbour/"])
    file = tmp_path / own.strip("/") / "index.html"
    with open_connection():
        pages = copy.pages()
        assert next(pages).path == own
        assert words in file.read_bytes()
        with committed():
            review.decide(discussion.latest(comment), Outcome.REMOVE, by=chief, grounds=Grounds(Reason.OFFENSIVE))
        assert [asked.path for asked in pages] == ["/harbour/", own]
    assert words not in file.read_bytes()
