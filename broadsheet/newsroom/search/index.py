"""Queries of Wagtail's search index, ranked by headline, then deck, then text.

All words must occur; each matches words that begin with it, and quotation marks make a phrase. Where very many articles
match, only the newest are ranked, so that the time of a query does not grow with the paper (ADR 23).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import BigIntegerField, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields import BooleanField, FloatField, TextField
from django.db.models.functions import Cast
from wagtail.search import models as index

from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.models.lists import ArticleQuerySet

MAX_TERMS = 12
MAX_RANKED = 1_000  # matches that are ranked
MAX_SCANNED = 5_000  # newest articles that are scanned for frequent words
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]?|([^"“”„«»]+)')
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Term:
    """A word, or the words of a phrase in order."""

    words: tuple[str, ...]
    is_phrase: bool = False


@dataclass(frozen=True)
class Matches:
    """The primary keys of matching articles, best first; of more than MAX_RANKED, those of the newest."""

    keys: Sequence[int]
    is_complete: bool


def terms_of(query: str) -> Sequence[Term]:
    """Return the terms of a query; quotation marks are its only syntax."""
    terms: list[Term] = []
    for phrase, loose in _QUOTED.findall(query):
        if words := tuple(_WORD.findall(phrase)):
            terms.append(Term(words, is_phrase=True))
        terms.extend(Term((word,)) for word in _WORD.findall(loose))
    return terms[:MAX_TERMS]


def find(terms: Sequence[Term], articles: ArticleQuerySet) -> Matches:
    """Return those of `articles` that have all the terms, best first; of equal rank, latest first."""
    keys = _newest(terms, articles)
    return Matches(list(_ranked(terms, keys[:MAX_RANKED])), is_complete=len(keys) <= MAX_RANKED)


def _newest(terms: Sequence[Term], articles: ArticleQuerySet) -> list[int]:
    """Return the articles that have all the terms, unordered; of more than MAX_RANKED, the newest and one more.

    The fastest query depends on the number of matches: few are read from the index; of many, the newest are found by
    scanning the newest articles; for numbers between, the index is read whole and sorted.
    """
    entries = _entries().filter(_has(terms))
    few = list(entries.values_list("object_id", flat=True)[: MAX_RANKED + 1])
    if len(few) <= MAX_RANKED:
        return list(articles.filter(pk__in=few).values_list("pk", flat=True))
    scanned = _among(articles.newest_first()[:MAX_SCANNED], terms)
    if len(scanned) > MAX_RANKED or not articles.newest_first()[MAX_SCANNED:].exists():
        return scanned
    keys = entries.annotate(article_pk=Cast("object_id", BigIntegerField())).values("article_pk")
    return list(articles.filter(pk__in=keys).newest_first().values_list("pk", flat=True)[: MAX_RANKED + 1])


def _among(newest: QuerySet[ArticlePage], terms: Sequence[Term]) -> list[int]:
    # The match is a value of each entry: as a condition of a join, PostgreSQL would begin with all entries that match.
    entry = _entries().filter(object_id=Cast(OuterRef("pk"), TextField()))
    is_match = Subquery(entry.annotate(is_match=_has(terms)).values("is_match"), output_field=BooleanField())
    matching = ArticlePage.objects.filter(pk__in=newest.values("pk")).filter(is_match)
    return list(matching.newest_first().values_list("pk", flat=True)[: MAX_RANKED + 1])


def _ranked(terms: Sequence[Term], keys: Sequence[int]) -> QuerySet[Any, Any]:
    entries = _entries().filter(object_id__in=[str(key) for key in keys])
    rows = _on_postgres(terms, entries) if connection.vendor == "postgresql" else _on_sqlite(terms, entries)
    published_at = ArticlePage.objects.filter(pk=OuterRef("article_pk")).order_by().values("published_at")
    return (
        rows.annotate(published_at=Subquery(published_at))
        .order_by("-score", "-published_at", "-article_pk")
        .values_list("article_pk", flat=True)
    )


def _entries() -> QuerySet[Any]:
    """Return the entries of articles in the index."""
    return index.IndexEntry.objects.filter(content_type=ContentType.objects.get_for_model(ArticlePage))


class _ParameterisedSQL(Func):
    """An SQL expression with the search query as its parameters."""

    def __init__(self, template: str, parameters: tuple[str, ...], output_field: Any) -> None:
        super().__init__(template=template, output_field=output_field)
        self.parameters = parameters

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        return self.extra["template"], self.parameters


def _has(terms: Sequence[Term]) -> Any:
    """Return the condition that an entry has all the terms."""
    if connection.vendor == "postgresql":
        return _ParameterisedSQL(f"{_WORDS} @@ {_QUERY}", (_all_for_postgres(terms),), BooleanField())
    return Q(pk__in=_matching_on_sqlite(terms).values("pk"))


_FTS = f"{index.IndexEntry._meta.db_table}_fts"


def _matching_on_sqlite(terms: Sequence[Term]) -> QuerySet[Any]:
    query = " AND ".join(_for_sqlite(term) for term in terms)
    match = _ParameterisedSQL(f'"{_FTS}" MATCH %s', (query,), BooleanField())
    return index.SQLiteFTSIndexEntry.objects.filter(match)


def _on_sqlite(terms: Sequence[Term], entries: QuerySet[Any]) -> QuerySet[Any]:
    """Rank by FTS5 with a weight for each column, of which no match in a lighter column makes up for a heavier one."""
    # The cast keeps SQLite from searching the full-text index once for each entry.
    matching = _matching_on_sqlite(terms).annotate(entry=Cast("pk", BigIntegerField()))
    matching = matching.filter(entry__in=entries.values("pk"))
    rank = Func(template=f'-bm25("{_FTS}", 1000.0, 1.0, 100000.0)', output_field=FloatField())
    return matching.annotate(article_pk=Cast("index_entry__object_id", BigIntegerField()), score=rank)


def _for_sqlite(term: Term) -> str:
    quoted = '"' + " ".join(term.words) + '"'
    return quoted if term.is_phrase else f"({quoted} OR {quoted}*)"


def _on_postgres(terms: Sequence[Term], entries: QuerySet[Any]) -> QuerySet[Any]:
    """Rank by text search without stemming, with words separated as on SQLite; whole words count twice."""
    whole = " | ".join(_adjacent(term) for term in terms)
    score = _ParameterisedSQL(f"{_RANK} + {_RANK}", (_all_for_postgres(terms), whole), FloatField())
    return entries.annotate(article_pk=Cast("object_id", BigIntegerField()), score=score)


# Generated columns: migration 0004 has that of headline and text, with words separated as on SQLite, 0006 the deck's.
_WORDS = '"broadsheet_words"'
_DECK = '(SELECT broadsheet_deck FROM "newsroom_articlepage" WHERE page_ptr_id = object_id::bigint)'
_QUERY = "to_tsquery('simple', %s)"
_RANK = f"ts_rank('{{0.02, 0.1, 0.3, 1.0}}', {_WORDS} || {_DECK}, {_QUERY})"


def _all_for_postgres(terms: Sequence[Term]) -> str:
    return " & ".join(_for_postgres(term) for term in terms)


def _for_postgres(term: Term) -> str:
    return _adjacent(term) if term.is_phrase else f"({_adjacent(term)} | {_adjacent(term)}:*)"


def _adjacent(term: Term) -> str:
    words = [f"'{word.lower()}'" for word in term.words]
    return f"({' <-> '.join(words)})" if term.is_phrase else words[0]
