"""Puts the readers' column under an article."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
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
from broadsheet.discussion.columns import Standing, column_page
from broadsheet.discussion.forms import CommentForm
from broadsheet.discussion.keys import column_key
from broadsheet.discussion.models import Comment, Terms
from broadsheet.discussion.states import TRANSITIONS, CommentState, Move
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.fragments import depends_on

register = template.Library()

KEPT = 2000  # comments, of all columns, in the memory of a process; then those go that were not shown for longest
# Only what says by itself where it leads: no guessing of addresses from words with a dot, no mail, no relative ones.
_LINKS = LinkifyIt(
    {"mailto:": None, "ftp:": None, "//": None}, {"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False}
)


@register.inclusion_tag("discussion/column.html", takes_context=True)
def readers_comments(context: template.Context, article: ArticlePage) -> dict[str, object]:
    """The first page of an article's comments, the rules and the form."""
    terms = Terms.current()
    depends_on(column_key(article), until=article.comments_close_at)
    return {
        "request": context.get("request"),
        "paper": context.get("paper"),
        "article": article,
        "column": column_page(article),
        "order": "oldest",
        "terms": terms,
        "is_open": article.takes_comments and terms,
        "form": SimpleLazyObject(lambda: CommentForm(current=terms)),
    }


@register.simple_tag
def thread(column: "Page[Standing]", article: ArticlePage, removals: Mapping[int, Any]) -> Markup:
    """The comments of one page of the column; `removals` has the decision about each that was removed."""
    reasons = {pk: str(decision.get_reason_display()) for pk, decision in removals.items()}
    writing = reverse("discussion:write", args=[article.address]) if article.takes_comments else ""
    here = writing, translation.get_language(), timezone.get_current_timezone_name(), current_style()
    return Markup("").join(comment_html(one, reasons.get(one.pk), *here) for one in column.object_list)


@lru_cache(KEPT)
def comment_html(
    comment: Standing, reason: str | None, writing: str, language: str, zone: str, dates: DateStyle
) -> Markup:
    """One comment as it stands in its column, made of nothing but what is given here, and kept by all of it.

    `writing` is where it can be answered, if it can; it is told in this language, in this zone's time
    and with dates in this style.
    """
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        return rendered(
            "discussion/includes/comment.jinja2",
            "standing",
            comment=comment,
            reason=reason,
            writing=writing,
            dates=dates,
            machine_time=machine_time,
            reading_text=reading_text,
        )


@register.filter
def is_stub(comment: Comment) -> bool:
    """Whether only the place of a comment is kept, because others have answered it."""
    return comment.state != CommentState.PUBLISHED


@register.filter
def can_be_withdrawn(comment: Comment) -> bool:
    """Whether its author can still take it back."""
    return Move.WITHDRAW in TRANSITIONS[CommentState(comment.state)]


@register.filter
def reading_text(text: str) -> str:
    """A reader's plain text as HTML: everything escaped, line breaks kept, http and https addresses clickable."""
    if "://" not in text:
        return linebreaksbr(text)
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    end = 0
    for link in _LINKS.match(text) or []:
        if not link.url.lower().startswith(("http://", "https://")):
            continue
        yield linebreaksbr(text[end : link.index])
        yield format_html('<a href="{}" rel="nofollow ugc noopener">{}</a>', link.url, link.raw)
        end = link.last_index
    yield linebreaksbr(text[end:])
