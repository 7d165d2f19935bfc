"""Where a comment stands in its column: its permalink counts what comes before it, in the order of the listing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import strategies as st

from broadsheet.commenters.models import address_digest
from broadsheet.discussion import actions
from broadsheet.discussion.models import Comment
from broadsheet.discussion.queries import _COLUMNS, PER_PAGE, ColumnRow, column_page, url_in_column
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.models import ArticlePage
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.campaigns import search
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
# The minute it was written in, and how many places before it stands whom it answers; 0, or beyond the first: nobody.
Written = tuple[int, int]


def adopted(article: ArticlePage, written: list[Written]) -> list[Comment]:
    """Published comments, as an import brings them: an answer may be older than what it answers, or as old."""
    batch: list[actions.ImportedComment] = []
    for minute, back in written:
        batch.append(
            actions.ImportedComment(
                thread_id=discussion.thread(article).pk,
                revision=discussion.words(),
                digest=address_digest("ida@post.example"),
                written_at=NOON + timedelta(minutes=minute),
                state=CommentState.PUBLISHED,
                parent=batch[-back] if 0 < back <= len(batch) else None,
            )
        )
    return actions.import_comments(batch)


def listed(article: ArticlePage) -> list[Comment]:
    return list(Comment.objects.visible_on(discussion.thread(article)).in_branches())


@pytest.mark.campaign
def test_as_many_stand_before_a_comment_as_are_listed_before_it() -> None:
    written = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5)), max_size=16)
    withdrawn = st.sets(st.integers(0, 15), max_size=6)
    search("columns", are_counted_as_listed, full=300, written=written, withdrawn=withdrawn)


def are_counted_as_listed(written: list[Written], withdrawn: set[int]) -> None:
    article = newsroom.article()
    for place, comment in enumerate(adopted(article, written)):
        if place in withdrawn:
            actions.withdraw_comment(comment)
    order = listed(article)
    before = [
        Comment.objects.visible_on(discussion.thread(article)).before_in_branches(comment).count() for comment in order
    ]
    assert before == list(range(len(order)))


def crowded() -> ArticlePage:
    """An article with three pages of threads, many of the same minute, and with stubs of what was removed."""
    article, chief = newsroom.article(), discussion.chief()
    made = adopted(article, [(place % 7, place % 4) for place in range(2 * PER_PAGE + 30)])
    adopted(newsroom.article(), [(0, 0), (0, 1)])  # under another article, to be counted nowhere
    for comment in made[::9]:
        review.decide(discussion.latest(comment), Outcome.REMOVE, by=chief, grounds=Grounds(Reason.FOUL))
    return article


@pytest.mark.parametrize("newest", [False, True])
def test_a_page_has_the_rows_that_the_written_out_query_gives_for_this_article(newest: bool) -> None:
    for article in (crowded(), newsroom.article(), crowded()):  # the SQL of the first is used for the others
        rows = Comment.objects.visible_on(discussion.thread(article)).in_branches(newest=newest).values_list(*_COLUMNS)
        expected = [ColumnRow(*row) for row in rows]
        pages = [
            column_page(discussion.thread(article), number=number, newest=newest)
            for number in range(1, len(expected) // 50 + 2)
        ]
        assert [one for page in pages for one in page.object_list] == expected
        assert {page.paginator.count for page in pages} == {len(expected)}


def test_a_permalink_leads_to_the_page_on_which_the_comment_is_listed() -> None:
    article = crowded()
    assert {comment.state for comment in listed(article)} == {CommentState.PUBLISHED, CommentState.REMOVED}
    for number in (1, 2, 3):
        address = f"/{article.address}/" if number == 1 else f"/{article.address}/comments/page/{number}/"
        shown = [comment.pk for comment in column_page(discussion.thread(article), number=number).object_list]
        comments = Comment.objects.in_bulk(shown)
        assert [url_in_column(comments[pk]) for pk in shown] == [f"{address}#comment-{pk}" for pk in shown]


def test_a_permalink_asks_the_database_for_one_number_however_long_the_column_is() -> None:
    last = Comment.objects.select_related("thread__article", "root").get(pk=listed(crowded())[-1].pk)
    with CaptureQueriesContext(connection) as asked:
        url_in_column(last)
    assert [query["sql"].startswith("SELECT COUNT(") for query in asked] == [True]
