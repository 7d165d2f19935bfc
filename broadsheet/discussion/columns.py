"""How an article's comments stand on its pages: threads in order, cut into pages of fifty."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, cast

from django.core.paginator import Page, Paginator
from django.http import Http404
from django.urls import reverse

from broadsheet.core.questions import Question
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.models import ArticlePage

PER_PAGE = 50


class Standing(NamedTuple):
    """A comment as its column shows it: these columns of the database and no others, as a page has fifty of them."""

    pk: int
    state: CommentState
    written_at: datetime
    parent_id: int | None
    name: str | None  # this and the next two are those of the text that is shown; None where only the place is kept
    website: str | None
    text: str | None
    above_id: int | None  # what the comment that this one answers is itself an answer to
    to: str | None  # who wrote the comment that this one answers; None where that is no longer here


_COLUMNS = (
    *("pk", "state", "written_at", "parent_id", "shown__name", "shown__website", "shown__text"),
    *("parent__parent_id", "parent__shown__name"),
)


def _threads(article: int, *, newest: bool) -> Any:
    return Comment.objects.standing_on(article).in_threads(newest=newest).values_list(*_COLUMNS)


_STANDING = Question(lambda article: Comment.objects.standing_on(article).values_list("pk"))
_THREADS = {newest: Question(partial(_threads, newest=newest)) for newest in (False, True)}


def column_page(article: ArticlePage, *, number: int = 1, newest: bool = False) -> "Page[Standing]":
    """One page of the column, in two queries however many comments there are; raises Http404 beyond the last."""
    pages = Paginator(range(_STANDING.count(article.pk)), PER_PAGE)
    if not 1 <= number <= pages.num_pages:
        raise Http404(f"This column has {pages.num_pages} pages.")
    page: Any = pages.page(number)
    rows = _THREADS[newest].rows(article.pk, most=PER_PAGE, after=(number - 1) * PER_PAGE)
    page.object_list = [Standing(*row) for row in rows]
    return cast("Page[Standing]", page)


def page_of(comment: Comment) -> str:
    """The address at which a published comment is to be read, oldest first, with its anchor; one count tells it."""
    before = Comment.objects.standing_on(comment.article).standing_before(comment).count()
    number = before // PER_PAGE + 1
    address = comment.article.address
    page = f"/{address}/" if number == 1 else reverse("discussion:column_page", args=[address, number])
    return f"{page}#comment-{comment.pk}"
