"""The rows of an article's column: branches in order, in pages of fifty."""

from copy import copy
from datetime import datetime
from typing import Any, NamedTuple, cast

from django.core.paginator import Page, Paginator
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect

from broadsheet.discussion.errors import ArticleGone
from broadsheet.discussion.models import Comment, Thread
from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.keys import key_of
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.fragments import cached

PER_PAGE = 50
UNSAVED = 0  # the primary key of the thread of an article that is only previewed: no comment has it


class ColumnRow(NamedTuple):
    """The columns of a comment that a page of comments needs, and no others: a page has fifty of them."""

    pk: int
    state: CommentState
    written_at: datetime
    parent_id: int | None
    name: str | None  # of the text that readers see, as are the next two; None for a stub
    website: str | None
    text: str | None
    grandparent_id: int | None  # None for a root and for a direct reply to a root
    replies_to: str | None  # the name of the author of the parent; None for a root and for a reply to a stub


_COLUMNS = (
    *("pk", "state", "written_at", "parent_id", "shown__name", "shown__website", "shown__text"),
    *("parent__parent_id", "parent__shown__name"),
)


def published_at(address: str) -> ArticlePage:
    """Return the published article that has an address, or had it before its last part was changed.

    Raises ArticleGone for an article that was taken off, and Http404 for an address that no article ever had.
    """
    articles = ArticlePage.objects.defer("body")
    moved = Redirect.objects.filter(old_path=Redirect.normalise_path(f"/{address}/")).values("redirect_page")
    article = articles.filter(address=address).first() or articles.filter(pk__in=moved).first()
    if article is None:
        raise Http404("No article has or had this address.")
    if not ArticlePage.objects.published().filter(pk=article.pk).exists():
        raise ArticleGone(_("This article is no longer available, so it takes no comments."))
    return article


def thread_of(article: ArticlePage) -> Thread:
    """Return the thread of an article, an unsaved and empty one for an article that is only previewed."""
    # Purged with its article and not with its comments: the row is the same however many there are.
    threads = Thread.objects.select_related("own_terms").filter(article=article.pk)
    thread = cached("thread", threads.first, on=[key_of(article)])
    thread = copy(thread) if thread else Thread(pk=UNSAVED)
    thread.article = article
    return thread


def column_page(thread: Thread, *, number: int = 1, newest: bool = False) -> "Page[ColumnRow]":
    """Return one page of the column in two queries, however many comments there are. Raises Http404 beyond the last."""
    pages = Paginator(Comment.objects.visible_on(thread.pk).in_branches(newest=newest), PER_PAGE)
    if not 1 <= number <= pages.num_pages:
        raise Http404(f"This column has {pages.num_pages} pages.")
    page: Any = pages.page(number)
    page.object_list = [ColumnRow(*row) for row in page.object_list.values_list(*_COLUMNS)]
    return cast("Page[ColumnRow]", page)


class AddressComments(NamedTuple):
    """The comments of an address that is proven: those it has yet to confirm, and those of the last day it has."""

    unconfirmed: list[Comment]
    confirmed: list[Comment]


def comments_of(digest: str) -> AddressComments:
    """Return the comments of an address that is proven, given with its digest."""
    comments = Comment.objects.select_related("latest", "thread__article", "thread__page_section")
    confirmed = comments.confirmed_lately_by(digest)
    return AddressComments([*comments.unconfirmed_of(digest)], [*confirmed])


def url_in_column(comment: Comment) -> str:
    """Return the address of the page of the column, oldest first, that has a published comment, with its anchor.

    It costs one COUNT. Under a page of another site, the address is that page's.
    """
    anchor = f"#comment-{comment.pk}"
    article = comment.article
    if article is None:
        return f"{comment.thread.get_absolute_url()}{anchor}"
    before = Comment.objects.visible_on(comment.thread).before_in_branches(comment).count()
    number = before // PER_PAGE + 1
    page = f"/{article.address}/" if number == 1 else reverse("discussion:column_page", args=[article.address, number])
    return f"{page}{anchor}"
