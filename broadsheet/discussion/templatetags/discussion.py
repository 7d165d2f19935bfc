"""Template tags that put the readers' comments under an article."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from django import template
from django.core.paginator import Page
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html, format_html_join
from linkify_it import LinkifyIt
from markupsafe import Markup

from broadsheet.core.datetimes import DateStyle, current_style, machine_time
from broadsheet.core.jinja import rendered
from broadsheet.core.text import is_visible
from broadsheet.discussion.forms import CommentForm
from broadsheet.discussion.keys import thread_key
from broadsheet.discussion.models import Comment, Terms, Thread
from broadsheet.discussion.queries import ColumnRow, column_page, thread_of
from broadsheet.discussion.states import TRANSITIONS, CommentState, Move
from broadsheet.discussion.tokens import receipt_token
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.fragments import depends_on

register = template.Library()

MAX_CACHED_COMMENTS = 2000  # in the memory of a process, of all threads; the least recently shown are evicted
_COLUMNS = "columns of the articles of a page"
# Addresses with a scheme only: no guessing of addresses from words with a dot, no email, no relative ones.
_LINKS = LinkifyIt(
    {"mailto:": None, "ftp:": None, "//": None}, {"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False}
)


class _Column(NamedTuple):
    """The first page of an article's column with the thread and the terms in force."""

    thread: Thread
    terms: Terms | None
    first_page: "Page[ColumnRow]"

    @property
    def is_open(self) -> bool:
        return self.thread.takes_comments and self.terms is not None


@register.inclusion_tag("discussion/includes/head_link.html", takes_context=True)
def comments_link(context: template.Context, article: ArticlePage) -> dict[str, object]:
    """Show the number of comments as a link to the column; without comments, a link to the form."""
    column = _column_of(context, article)
    return {"column": column.first_page, "is_open": column.is_open}


@register.inclusion_tag("discussion/column.html", takes_context=True)
def readers_comments(context: template.Context, article: ArticlePage) -> dict[str, object]:
    """Show the first page of an article's comments, the rules and the form."""
    column = _column_of(context, article)
    return {
        "request": context.get("request"),
        "paper": context.get("paper"),
        "article": article,
        "thread": column.thread,
        "column": column.first_page,
        "order": "oldest",
        "terms": column.terms,
        "is_open": column.is_open,
        "form": SimpleLazyObject(lambda: CommentForm(current=column.terms)),
    }


def _column_of(context: template.Context, article: ArticlePage) -> _Column:
    """Return the column, fetched once for the head of the article and for the foot of it."""
    rendered_once = cast("dict[str, Any]", context.render_context)  # its type is that of Django's own entries
    columns: dict[Any, _Column] = rendered_once.setdefault(_COLUMNS, {})
    if article.pk not in columns:
        thread = thread_of(article)
        columns[article.pk] = _Column(thread, thread.terms, column_page(thread))
    depends_on(thread_key(columns[article.pk].thread), until=columns[article.pk].thread.next_change)
    return columns[article.pk]


@register.simple_tag
def branches(column: "Page[ColumnRow]", thread: Thread, removals: Mapping[int, Any]) -> Markup:
    """Show the comments of one page of the column; `removals` has the decisions that removed some, by comment."""
    reasons = {pk: str(decision.get_reason_display()) for pk, decision in removals.items()}
    article = thread.article
    reply_url = reverse("discussion:write", args=[article.address]) if article and thread.takes_comments else ""
    locale = translation.get_language(), timezone.get_current_timezone_name(), current_style()
    return Markup("").join(comment_html(row, reasons.get(row.pk), reply_url, *locale) for row in column.object_list)


@lru_cache(MAX_CACHED_COMMENTS)
def comment_html(
    comment: ColumnRow, reason: str | None, reply_url: str, language: str, zone: str, dates: DateStyle
) -> Markup:
    """Render one comment from these arguments alone, by which the result is cached (ADR 18).

    `reply_url` is the address of the form without the comment's number, empty in a closed thread.
    """
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        return rendered(
            "discussion/includes/comment.jinja2",
            "comment_item",
            comment=comment,
            reason=reason,
            reply_url=reply_url,
            dates=dates,
            machine_time=machine_time,
            reading_text=reading_text,
        )


@register.filter
def is_stub(comment: Comment) -> bool:
    """Return whether the column shows only the place of a comment, for the sake of its replies."""
    return comment.state != CommentState.PUBLISHED


@register.filter
def receipt_url(comment: Comment) -> str:
    """Return the address of a comment's receipt, for a page that only its author has the link to."""
    return reverse("discussion:receipt", args=[receipt_token(comment)])


@register.filter
def can_be_withdrawn(comment: Comment) -> bool:
    """Return whether the author can still withdraw the comment."""
    return Move.WITHDRAW in TRANSITIONS[CommentState(comment.state)]


@register.filter
def reading_text(text: str) -> str:
    """Return a reader's plain text as HTML: escaped, with its line breaks, and http and https addresses as links.

    Of several empty lines in a row, one is shown.
    """
    text = _without_gaps(text)
    if "://" not in text:
        return linebreaksbr(text)
    return format_html_join("", "{}", ((part,) for part in _parts(text)))


def _without_gaps(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    groups = groupby(lines, key=is_visible)
    return "\n".join("\n".join(group) if visible else "" for visible, group in groups)


def _parts(text: str) -> Iterator[str]:
    end = 0
    for link in _LINKS.match(text) or []:
        if not link.url.lower().startswith(("http://", "https://")):
            continue
        yield linebreaksbr(text[end : link.index])
        yield format_html('<a href="{}" rel="nofollow ugc noopener">{}</a>', link.url, link.raw)
        end = link.last_index
    yield linebreaksbr(text[end:])
