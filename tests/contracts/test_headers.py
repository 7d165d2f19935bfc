"""Every address of the paper, what caches may do with it, and that nobody is given a cookie for reading.

A route that is not in the table fails: whoever adds one says here whether everybody gets the same.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from broadsheet.accounts.states import Role
from broadsheet.discussion import tokens
from broadsheet.newsroom.pictures import sources_of
from broadsheet.newsroom.tokens import preview_token
from broadsheet.pagecache.surrogates import Surrogates, collected
from tests.factories import accounts, discussion, newsroom

pytestmark = pytest.mark.django_db

BAKED = "the same for everybody, kept on the disk, asked for anew by readers each time"
PASSING = "the same for everybody, made each time: a redirect, or what a reader asks with words of their own"
PERSONAL = "for one person, kept nowhere"
FOR_EVER = "a file whose address is never another's"
NOT_OURS = "Wagtail's and Django's own, behind the sign-in or served by what stands below"

TABLE = {
    "sign-in": (PERSONAL, "/sign-in/"),
    "password": (PERSONAL, "/sign-in/password/"),
    "sign-out": (NOT_OURS, ""),
    "cms/": (NOT_OURS, ""),
    "media/images/<path:path>": (NOT_OURS, ""),
    "cms/pages/<int:pk>/privacy/": (NOT_OURS, ""),
    "cms/collections/<int:pk>/privacy/": (NOT_OURS, ""),
    "desk:queue": (PERSONAL, "/desk/"),
    "desk:queue_page": (PERSONAL, "/desk/page/2/"),
    "desk:state": (PERSONAL, "/desk/published/"),
    "desk:state_page": (PERSONAL, "/desk/published/page/2/"),
    "desk:comment": (PERSONAL, "/desk/comments/{comment}/"),
    "desk:decide": (NOT_OURS, ""),  # answers POST alone
    "desk:removal": (NOT_OURS, ""),  # asked by a script with the snapshot of a removal; tests/desk/test_removal.py
    "newsroom:archive": (BAKED, "/archive/"),
    "newsroom:archive_year": (BAKED, "/{year}/"),
    "newsroom:archive_month": (BAKED, "/{month}/"),
    "newsroom:archive_day": (BAKED, "/{day}/"),
    "newsroom:article": (BAKED, "/{address}/"),
    "newsroom:photo": (FOR_EVER, "{photo}"),
    "newsroom:search": (PASSING, "/search/?q=tide"),
    "newsroom:search_page": (PASSING, "/search/page/2/?q=tide"),
    "newsroom:feed": (BAKED, "/feed/"),
    "newsroom:atom": (BAKED, "/feed/atom/"),
    "newsroom:logo": (BAKED, "/logo.png"),
    "newsroom:robots": (BAKED, "/robots.txt"),
    "newsroom:sitemap": (BAKED, "/sitemap.xml"),
    "newsroom:sitemap_pages": (BAKED, "/sitemap-pages.xml"),
    "newsroom:sitemap_articles": (BAKED, "/sitemap-articles-1.xml"),
    "newsroom:news_sitemap": (BAKED, "/news-sitemap.xml"),
    "newsroom:author": (BAKED, "/authors/ida-holm/"),
    "newsroom:author_page": (BAKED, "/authors/ida-holm/page/2/"),
    "newsroom:tag": (BAKED, "/tags/tides/"),
    "newsroom:tag_page": (BAKED, "/tags/tides/page/2/"),
    "newsroom:section_page": (BAKED, "/harbour/page/2/"),
    "newsroom:section_feed": (BAKED, "/harbour/feed/"),
    "newsroom:section_atom": (BAKED, "/harbour/feed/atom/"),
    "newsroom:preview": (PERSONAL, "/previews/{preview}/"),
    "newsroom:corrections": (BAKED, "/corrections/"),
    "newsroom:corrections_page": (BAKED, "/corrections/page/2/"),
    "newsroom:corrections_feed": (BAKED, "/corrections/feed/"),
    "newsroom:corrections_atom": (BAKED, "/corrections/feed/atom/"),
    "newsroom:author_feed": (BAKED, "/authors/ida-holm/feed/"),
    "newsroom:author_atom": (BAKED, "/authors/ida-holm/feed/atom/"),
    "newsroom:tag_feed": (BAKED, "/tags/tides/feed/"),
    "newsroom:tag_atom": (BAKED, "/tags/tides/feed/atom/"),
    "newsroom:first_page": (PASSING, "/authors/ida-holm/page/1/"),
    "newsroom:first_page_of_comments": (PASSING, "/{address}/comments/page/1/"),
    "discussion:write": (PERSONAL, "/{address}/comments/write/"),
    "discussion:reply": (PERSONAL, "/{address}/comments/write/{comment}/"),
    "discussion:column_page": (BAKED, "/{address}/comments/page/2/"),
    "discussion:newest": (BAKED, "/{address}/comments/newest/"),
    "discussion:newest_page": (BAKED, "/{address}/comments/newest/page/2/"),
    "discussion:feed": (BAKED, "/{address}/comments/feed/"),
    "discussion:atom": (BAKED, "/{address}/comments/feed/atom/"),
    "discussion:permalink": (PASSING, "/comments/{comment}/"),
    "discussion:waiting": (PERSONAL, "/comments/waiting/{waiting}/"),
    "discussion:send_again": (NOT_OURS, ""),  # answers POST alone
    "discussion:solve_challenge": (NOT_OURS, ""),  # answers POST alone
    "discussion:write_again": (PERSONAL, "/comments/waiting/{waiting}/write-again/"),
    "discussion:confirm": (PERSONAL, "/comments/confirm/{confirm}/"),
    "discussion:receipt": (PERSONAL, "/receipts/{receipt}/"),
    "discussion:withdraw": (NOT_OURS, ""),  # answers POST alone
    "wagtail_serve": (BAKED, "/"),
    "wagtailcore_login": (NOT_OURS, ""),
    "wagtailcore_authenticate_with_password": (NOT_OURS, ""),
}


def routes(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """Every route by its name, or by its pattern where it has none; Wagtail's own editor counts as one."""
    for one in patterns:
        if isinstance(one, URLPattern):
            yield f"{space}{one.name}" if one.name else str(one.pattern)
        elif str(one.pattern) == "cms/":
            yield str(one.pattern)
        else:
            yield from routes(one.url_patterns, f"{one.namespace}:" if one.namespace else space)


def test_every_route_is_in_the_table() -> None:
    assert sorted(set(routes(get_resolver().url_patterns)) ^ set(TABLE)) == []


@pytest.fixture
def addresses() -> dict[str, str]:
    """What stands for the braces in the table: a small paper with an article, its photograph and a comment."""
    harbour, ida, photo = newsroom.section("Harbour"), newsroom.author("Ida Holm"), newsroom.photo()
    articles = [newsroom.article(harbour, byline=[ida], tags=["Tides"], corrections=["It is red."]) for _ in range(21)]
    article = articles[0]
    comment = discussion.published(article)
    discussion.many_published(article, 50)
    year, month, day, _ = str(article.address).split("/")
    return {
        "address": str(article.address),
        "year": year,
        "month": f"{year}/{month}",
        "day": f"{year}/{month}/{day}",
        "comment": str(comment.pk),
        "photo": sources_of(photo).fallback,
        "preview": preview_token(newsroom.preview_link(newsroom.draft(harbour))),
        "waiting": tokens.waiting_token(comment),
        "confirm": discussion.confirmation_token(comment),
        "receipt": tokens.receipt_token(comment),
    }


def visitors() -> dict[str, Client]:
    """Somebody who was never here, somebody with cookies of all sorts, and somebody of the staff."""
    known = Client()
    known.cookies.load({"commenter": "Ida Holm", "sessionid": "no-such-session", "csrftoken": "x" * 32})
    return {"nobody": Client(), "a commenter": known, "staff": accounts.signed_in(Role.CHIEF_REVIEWER)}


def check_policy(answer: Any) -> None:
    """A page of ours loads and runs nothing but its own files, whatever is written on it."""
    policy = answer.headers["Content-Security-Policy"]
    directives = dict(one.strip().partition(" ")[::2] for one in policy.split(";"))
    assert "unsafe" not in policy
    assert (directives["default-src"], directives["base-uri"]) == ("'none'", "'none'")
    assert {directives[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}
    assert directives["frame-ancestors"] == "'self'"


def check_baked(answer: Any, said: Surrogates) -> None:
    assert answer.status_code == 200
    assert said.is_cacheable
    assert "Cache-Control" not in answer.headers  # the front says it, for all of them alike
    assert "Cookie" not in answer.headers.get("Vary", "")


def check_passing(answer: Any, said: Surrogates) -> None:
    assert answer.status_code in {200, 301, 302}
    assert not said.is_cacheable
    assert "Cookie" not in answer.headers.get("Vary", "")


def check_personal(answer: Any, said: Surrogates) -> None:
    assert answer.status_code in {200, 302}
    assert not said.is_cacheable
    assert {"no-store", "private"} <= set(answer.headers["Cache-Control"].split(", "))


def check_for_ever(answer: Any, said: Surrogates) -> None:
    assert answer.status_code == 200
    assert said.is_cacheable
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


CHECKS = {BAKED: check_baked, PASSING: check_passing, PERSONAL: check_personal, FOR_EVER: check_for_ever}


@pytest.mark.exhaustive
def test_each_route_says_what_caches_may_do_and_gives_no_reader_a_cookie(addresses: dict[str, str]) -> None:
    for route, (kind, path) in TABLE.items():
        if kind is NOT_OURS:
            continue
        for who, client in visitors().items():
            with collected() as said:
                answer = client.get(path.format(**addresses))
                body = b"".join(answer)  # a page is rendered, and a file read, before anybody looks
            CHECKS[kind](answer, said)
            if answer.headers["Content-Type"].startswith("text/html"):
                check_policy(answer)
            given = {name for name, one in answer.cookies.items() if one.value} - (
                {"csrftoken", "sessionid"} if route == "sign-in" or who == "staff" else set()
            )
            assert (route, who, given, bool(body) or answer.status_code != 200) == (route, who, set(), True)
