"""The readers' search: the newest articles that have all the terms, found by the database and ranked here (ADR 23).

Each database returns the articles that have all the words; phrases are compared, and articles are ranked, in the
stored words of at most MAX_RANKED of them. So both find the same articles in the same order, and the time of a search
does not grow with the paper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection

from broadsheet.newsroom.models import ArticlePage, SearchEntry, SectionPage
from broadsheet.newsroom.models.lists import ArticleQuerySet
from broadsheet.newsroom.models.search_entries import positions_between
from broadsheet.newsroom.search.ranking import Words, ranked
from broadsheet.newsroom.search.terms import Term

MAX_RANKED = 1_000  # matches that are ranked
MAX_COMPARED = 4_000  # newest articles with all the words in which a phrase is looked for
CHUNK = 500
_MATCHING = {
    "sqlite": """
        SELECT entry.article_id FROM newsroom_searchentry_fts AS fts
        CROSS JOIN newsroom_searchentry AS entry ON entry.position = fts.rowid
        CROSS JOIN newsroom_articlepage AS article ON article.page_ptr_id = entry.article_id
        WHERE newsroom_searchentry_fts MATCH %s AND fts.rowid BETWEEN %s AND %s AND article.is_public {limits}
        ORDER BY fts.rowid DESC LIMIT %s""",
    # Materialised, so that PostgreSQL reads its index and not the words of each of the newest articles.
    "postgresql": """
        WITH entry AS MATERIALIZED (
            SELECT article_id, position FROM newsroom_searchentry
            WHERE words @@ %s::tsquery AND position BETWEEN %s AND %s)
        SELECT entry.article_id FROM entry
        JOIN newsroom_articlepage AS article ON article.page_ptr_id = entry.article_id
        WHERE article.is_public {limits}
        ORDER BY entry.position DESC LIMIT %s""",
}


@dataclass(frozen=True)
class Scope:
    """The section and the days to which a search is limited."""

    section: SectionPage | None = None
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.section or self.since or self.until)

    @property
    def fields(self) -> dict[str, Any]:
        """The limits that are set, as lookups of articles."""
        limits = {"section": self.section, "edition_date__gte": self.since, "edition_date__lte": self.until}
        return {name: value for name, value in limits.items() if value}

    @property
    def articles(self) -> ArticleQuerySet:
        """The public articles within the limits."""
        articles: ArticleQuerySet = ArticlePage.objects.published()
        return articles.filter(**self.fields)

    @property
    def positions(self) -> tuple[int, int]:
        """The first and the last position that an article within the days can have."""
        return positions_between(self.since or date.min, self.until or date.max)


@dataclass(frozen=True)
class Matches:
    """The primary keys of matching articles in order.

    Of more than MAX_RANKED, those of the newest; `is_complete` also says whether a phrase was looked for in all
    articles that have its words.
    """

    keys: Sequence[int]
    is_complete: bool


def find(terms: Sequence[Term], scope: Scope, *, newest_first: bool = False) -> Matches:
    """Return the articles in scope that have all the terms, best first; of equal rank, and on request, latest first."""
    if not terms:
        keys = list(scope.articles.newest_first().values_list("pk", flat=True)[: MAX_RANKED + 1])
        return Matches(keys[:MAX_RANKED], len(keys) <= MAX_RANKED)
    phrases = [term.sequence for term in terms if len(term.tokens) > 1]
    limit = MAX_COMPARED if phrases else MAX_RANKED
    keys = _newest(terms, scope, limit + 1)
    if newest_first and not phrases:
        return Matches(keys[:MAX_RANKED], len(keys) <= MAX_RANKED)
    having = (words for words in _words_of(keys[:limit]) if all(map(words.has, phrases)))
    matching = list(islice(having, MAX_RANKED + 1))
    is_complete = len(matching) <= MAX_RANKED and len(keys) <= limit
    del matching[MAX_RANKED:]
    return Matches([words.pk for words in (matching if newest_first else ranked(matching, terms))], is_complete)


def _newest(terms: Sequence[Term], scope: Scope, limit: int) -> list[int]:
    """Return the newest articles in scope that have the words of the terms, in whatever order each has them."""
    limits, parameters = _limits(scope)
    sql = _MATCHING[connection.vendor].format(limits=limits)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_expression(terms), *scope.positions, *parameters, limit])
        return [pk for (pk,) in cursor.fetchall()]


def _limits(scope: Scope) -> tuple[str, list[Any]]:
    """Return the conditions of a scope in SQL, and their values."""
    conditions = {
        "article.section_id = %s": scope.section and scope.section.pk,
        "article.edition_date >= %s": scope.since,
        "article.edition_date <= %s": scope.until,
    }
    chosen = {sql: value for sql, value in conditions.items() if value is not None}
    return "".join(f" AND {sql}" for sql in chosen), list(chosen.values())


def _expression(terms: Sequence[Term]) -> str:
    """Return the words of the terms in the query language of the database; folded words have no signs."""
    words = dict.fromkeys(
        (token, term.is_prefix and place == len(term.tokens) - 1)
        for term in terms
        for place, token in enumerate(term.tokens)
    )
    if connection.vendor == "postgresql":
        return " & ".join(f"'{word}'" + (":*" if is_prefix else "") for word, is_prefix in words)
    return " AND ".join(f'"{word}"' + (" *" if is_prefix else "") for word, is_prefix in words)


def _words_of(keys: Sequence[int]) -> Iterator[Words]:
    """Yield the stored words of articles in the order of the keys, as many as are asked for."""
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        rows = SearchEntry.objects.filter(pk__in=chunk).values_list("pk", "headline", "deck", "text")
        found = {row[0]: Words(*row) for row in rows}
        yield from (found[key] for key in chunk if key in found)
