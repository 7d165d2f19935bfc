"""A comment's HTML is kept by everything that it is made of: what differs in anything is made anew."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from broadsheet.core.datetimes import DateStyle
from broadsheet.discussion.queries import ColumnRow
from broadsheet.discussion.states import CommentState
from broadsheet.discussion.templatetags.discussion import MAX_CACHED_COMMENTS, comment_html
from tests.factories import discussion, newsroom

NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)
BASE = ColumnRow(7, CommentState.PUBLISHED, NOON, None, "Ida", "", "I saw it.", None, None)
REPLY = BASE._replace(parent_id=5, replies_to="Per")
STUB = ColumnRow(7, CommentState.REMOVED, NOON, None, None, None, None, None, None)
HERE = {"reason": None, "reply_url": "/write/", "language": "en-gb", "zone": "UTC", "dates": DateStyle()}
# What may be other about a comment or its surroundings, and must then be other on the page.
CHANGES: list[tuple[ColumnRow, dict[str, Any], dict[str, Any]]] = [
    (BASE, {"pk": 8}, {}),
    (BASE, {"written_at": NOON.replace(minute=1)}, {}),
    (BASE, {"parent_id": 5}, {}),
    (BASE, {"name": "<b>Ida"}, {}),
    (BASE, {"website": "https://holm.example/?a&b"}, {}),
    (BASE, {"text": "I saw <it>."}, {}),
    (BASE, {"text": None}, {}),
    (BASE, {}, {"reply_url": ""}),
    (BASE, {}, {"reply_url": "/elsewhere/"}),
    (BASE, {}, {"zone": "Europe/Berlin"}),
    (BASE, {}, {"dates": DateStyle("F j, Y", "g:i a")}),
    (REPLY, {"parent_id": 6}, {}),
    (REPLY, {"grandparent_id": 3}, {}),
    (REPLY, {"replies_to": None}, {}),
    (REPLY, {"replies_to": "<i>Per"}, {}),
    (STUB, {"state": CommentState.WITHDRAWN}, {}),
    (STUB, {"state": CommentState.ERASED}, {}),
    (STUB, {"state": CommentState.HELD}, {}),
    (STUB, {}, {"reason": "Slander"}),
]


def test_everything_that_a_comment_consists_of_is_among_the_changes() -> None:
    assert {name for _, one, _ in CHANGES for name in one} == set(ColumnRow._fields)


@pytest.mark.parametrize(("comment", "other", "around"), CHANGES)
def test_a_comment_of_which_anything_is_other_is_not_the_one_that_was_kept(
    comment: ColumnRow, other: dict[str, Any], around: dict[str, Any]
) -> None:
    before = comment_html(comment, **HERE)
    after = comment_html(comment._replace(**other), **{**HERE, **around})
    assert after != before
    assert after == comment_html.__wrapped__(comment._replace(**other), **{**HERE, **around})
    assert comment_html(comment, **HERE) == before


def test_the_language_is_one_of_the_things_a_comment_is_kept_by() -> None:
    comment_html(BASE, **HERE)
    made = comment_html.cache_info().misses
    comment_html(BASE, **{**HERE, "language": "en-us"})
    assert comment_html.cache_info().misses == made + 1


@pytest.mark.django_db
def test_of_a_column_with_a_new_comment_only_that_one_is_made() -> None:
    article, chief = newsroom.article(), discussion.chief()
    opener = discussion.published(article, by=chief, text="An <opener>.")
    discussion.published(article, by=chief, parent=opener, text="An answer.")
    Client().get(f"/{article.address}/")
    made = comment_html.cache_info().misses
    discussion.published(article, by=chief, text="One more.")
    page = Client().get(f"/{article.address}/").content.decode()
    assert comment_html.cache_info().misses == made + 1
    assert all(words in page for words in ("An &lt;opener&gt;.", "An answer.", "One more."))


def test_the_memory_has_an_end() -> None:
    assert comment_html.cache_info().maxsize == MAX_CACHED_COMMENTS
