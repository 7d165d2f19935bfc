"""Threads: an article has exactly one, however it comes into the database; a page of another site may have one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from wagtail.models import Page

from broadsheet.discussion import rules
from broadsheet.discussion.errors import CommentsClosed
from broadsheet.discussion.models import Thread
from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.states import CommentPolicy
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db


def added() -> ArticlePage:
    return newsroom.article()


def unpublished() -> ArticlePage:
    article = newsroom.article()
    article.unpublish()
    return article


def copied() -> ArticlePage:
    copy: ArticlePage = newsroom.article().copy(update_attrs={"slug": "a-copy", "title": "A copy"})
    return copy


def aliased() -> ArticlePage:
    alias: ArticlePage = newsroom.article().create_alias(update_slug="an-alias")
    return alias


def inserted_as_a_row() -> ArticlePage:
    """Insert the row of an article beneath Django, as a restored dump does."""
    article = newsroom.article()
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{field.column}"' for field in ArticlePage._meta.local_fields if not field.primary_key)
        row = f"SELECT {columns} FROM newsroom_articlepage WHERE page_ptr_id = {article.pk}"
        cursor.execute(f"CREATE TEMPORARY TABLE copied AS {row}")
        page = Page(title="Row", slug="a-row", content_type=article.content_type)
        article.get_parent().add_child(instance=page)
        cursor.execute("UPDATE copied SET address = NULL")
        cursor.execute(
            f"INSERT INTO newsroom_articlepage (page_ptr_id, {columns}) SELECT {page.pk}, {columns} FROM copied"
        )
        cursor.execute("DROP TABLE copied")
    return ArticlePage.objects.get(pk=page.pk)


@pytest.mark.parametrize("road", [added, unpublished, copied, aliased, inserted_as_a_row])
def test_an_article_has_exactly_one_thread_by_whatever_road_it_comes(road: Callable[[], ArticlePage]) -> None:
    article = road()
    assert Thread.objects.filter(article=article).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Thread.objects.create(article=article)


@pytest.mark.sqlite
def test_a_row_that_replaces_an_article_keeps_its_thread() -> None:
    comment = discussion.submitted()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA defer_foreign_keys = ON")
        cursor.execute("INSERT OR REPLACE INTO newsroom_articlepage SELECT * FROM newsroom_articlepage")
    assert Thread.objects.get() == comment.thread


def test_an_article_without_comments_takes_its_thread_with_it_when_it_is_deleted() -> None:
    article = newsroom.article()
    article.delete()
    assert not Thread.objects.filter(article=article.pk).exists()


def test_the_thread_of_a_commented_article_cannot_be_deleted() -> None:
    comment = discussion.submitted()
    with pytest.raises(models.ProtectedError):
        comment.thread.delete()
    assert comment.article
    with pytest.raises(models.ProtectedError):
        comment.article.delete()


PAGE = {"page_url": "https://elsewhere.example/a/", "page_title": "Elsewhere"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"page_url": PAGE["page_url"]},
        {"page_title": "Elsewhere"},
        {**PAGE, "opens_at": timezone.now(), "closes_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_the_database_refuses_a_thread_of_nothing(fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Thread.objects.create(**fields)


def test_a_page_of_another_site_has_one_thread_with_an_address_and_a_title_of_its_own() -> None:
    thread = Thread.objects.create(**PAGE)
    assert (thread.get_absolute_url(), thread.title, thread.section) == (*PAGE.values(), None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Thread.objects.create(**PAGE)


def test_the_thread_of_an_article_has_the_words_that_the_article_has_now() -> None:
    article = newsroom.article()
    thread = discussion.thread(article)
    ArticlePage.objects.filter(pk=article.pk).update(title="Renamed")
    assert discussion.thread(article).title == "Renamed"
    assert (thread.section, thread.get_absolute_url()) == (article.section, f"/{article.address}/")


@pytest.mark.parametrize(
    ("opens", "closes", "is_open"),
    [(None, None, True), (-1, None, True), (1, None, False), (None, 1, True), (-2, -1, False)],
)
def test_a_thread_is_open_between_its_times(opens: int | None, closes: int | None, is_open: bool) -> None:
    now = timezone.now()
    hours = [None if hour is None else now + timedelta(hours=hour) for hour in (opens, closes)]
    thread = Thread.objects.create(**PAGE, opens_at=hours[0], closes_at=hours[1])
    assert thread.takes_comments is is_open
    if not is_open:
        with pytest.raises(CommentsClosed):
            rules.check_open_for_comments(thread, terms=discussion.terms())
    upcoming = [at for at in hours if at and at > now]
    assert thread.next_change == (upcoming[0] if upcoming else None)


def test_the_thread_of_an_article_closes_with_the_first_of_both_times() -> None:
    article = newsroom.article(comment_policy=CommentPolicy.DAYS, comment_days=14)
    thread = discussion.thread(article)
    assert thread.closing_time == article.comments_close_at
    thread.closes_at = timezone.now() + timedelta(days=1)
    assert thread.closing_time == thread.closes_at


def test_a_thread_may_have_terms_of_its_own() -> None:
    paper, own = discussion.terms("2026-01"), discussion.terms("for this page")
    assert Thread.objects.create(**PAGE, own_terms=paper).terms == paper
    assert discussion.thread(newsroom.article()).terms == own  # the latest are the paper's


def test_the_migrations_leave_no_change_of_the_models_unwritten() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
