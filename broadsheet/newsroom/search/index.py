"""Finds articles by their words: in Wagtail's index, ranked as an editor would: headline, then deck, then body.

All words must occur; each finds itself and what begins with it; quotes make a phrase. Of words that very many articles
have, the newest of these are ranked and the others left out, so that no question takes long, however large the paper.
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
MOST = 1_000  # so many articles are ranked
STRETCH = 5_000  # so many of the newest are looked at, one after the other, for words that many have
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]?|([^"“”„«»]+)')
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Term:
    """One word, or the words of a phrase in order."""

    words: tuple[str, ...]
    is_phrase: bool = False


@dataclass(frozen=True)
class Answer:
    """Numbers of articles, the best first; where there are more, those of the newest MOST."""

    numbers: Sequence[int]
    is_whole: bool


def terms_of(query: str) -> Sequence[Term]:
    """Reads what somebody has typed; nothing in it is syntax but quotes."""
    found: list[Term] = []
    for phrase, loose in _QUOTED.findall(query):
        if words := tuple(_WORD.findall(phrase)):
            found.append(Term(words, is_phrase=True))
        found.extend(Term((word,)) for word in _WORD.findall(loose))
    return found[:MAX_TERMS]


def find(terms: Sequence[Term], articles: ArticleQuerySet) -> Answer:
    """Those of `articles` that have all the terms, the best first; of equals, the latest first."""
    numbers = _newest(terms, articles)
    return Answer(list(_ranked(terms, numbers[:MOST])), is_whole=len(numbers) <= MOST)


def _newest(terms: Sequence[Term], articles: ArticleQuerySet) -> list[int]:
    """Those that have all the terms, in any order; where there are more than MOST, the newest, and one more.

    Which way is short depends on how many there are. Few are asked of the index. Where many articles have the words,
    the newest are soon found by looking at one after the other. Otherwise the index is asked for all, to sort them.
    """
    entries = _entries().filter(_has(terms))
    few = list(entries.values_list("object_id", flat=True)[: MOST + 1])
    if len(few) <= MOST:
        return list(articles.filter(pk__in=few).values_list("pk", flat=True))
    found = _among(articles.newest_first()[:STRETCH], terms)
    if len(found) > MOST or not articles.newest_first()[STRETCH:].exists():
        return found
    numbers = entries.annotate(number=Cast("object_id", BigIntegerField())).values("number")
    return list(articles.filter(pk__in=numbers).newest_first().values_list("pk", flat=True)[: MOST + 1])


def _among(newest: QuerySet[ArticlePage], terms: Sequence[Term]) -> list[int]:
    """Asks for a value, entry by entry; asked for a condition, PostgreSQL would begin with all that have the terms."""
    entry = _entries().filter(object_id=Cast(OuterRef("pk"), TextField()))
    fits = Subquery(entry.annotate(fits=_has(terms)).values("fits"), output_field=BooleanField())
    walked = ArticlePage.objects.filter(pk__in=newest.values("pk")).filter(fits)
    return list(walked.newest_first().values_list("pk", flat=True)[: MOST + 1])


def _ranked(terms: Sequence[Term], numbers: Sequence[int]) -> QuerySet[Any, Any]:
    entries = _entries().filter(object_id__in=[str(number) for number in numbers])
    rows = _on_postgres(terms, entries) if connection.vendor == "postgresql" else _on_sqlite(terms, entries)
    appeared = ArticlePage.objects.filter(pk=OuterRef("number")).order_by().values("published_at")
    return (
        rows.annotate(appeared=Subquery(appeared))
        .order_by("-score", "-appeared", "-number")
        .values_list("number", flat=True)
    )


def _entries() -> QuerySet[Any]:
    """What the index has of articles."""
    return index.IndexEntry.objects.filter(content_type=ContentType.objects.get_for_model(ArticlePage))


class _Said(Func):
    """A piece of SQL with the question as its parameters."""

    def __init__(self, template: str, asked: tuple[str, ...], output_field: Any) -> None:
        super().__init__(template=template, output_field=output_field)
        self.asked = asked

    def as_sql(self, compiler: Any, connection: Any, *said: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        return self.extra["template"], self.asked


def _has(terms: Sequence[Term]) -> Any:
    """Whether an entry has all the terms."""
    if connection.vendor == "postgresql":
        return _Said(f"{_WORDS} @@ {_ASKED}", (_all_for_postgres(terms),), BooleanField())
    return Q(pk__in=_matching_on_sqlite(terms).values("pk"))


_FTS = f"{index.IndexEntry._meta.db_table}_fts"


def _matching_on_sqlite(terms: Sequence[Term]) -> QuerySet[Any]:
    query = " AND ".join(_for_sqlite(term) for term in terms)
    match = _Said(f'"{_FTS}" MATCH %s', (query,), BooleanField())
    return index.SQLiteFTSIndexEntry.objects.filter(match)


def _on_sqlite(terms: Sequence[Term], entries: QuerySet[Any]) -> QuerySet[Any]:
    """FTS5: the columns are autocomplete (headline and deck), body, title; the heavier one always wins."""
    # Cast, so that SQLite does not look for the words in one entry after the other.
    found = _matching_on_sqlite(terms).annotate(entry=Cast("pk", BigIntegerField()))
    found = found.filter(entry__in=entries.values("pk"))
    rank = Func(template=f'-bm25("{_FTS}", 1000.0, 1.0, 100000.0)', output_field=FloatField())
    return found.annotate(number=Cast("index_entry__object_id", BigIntegerField()), score=rank)


def _for_sqlite(term: Term) -> str:
    quoted = '"' + " ".join(term.words) + '"'
    return quoted if term.is_phrase else f"({quoted} OR {quoted}*)"


def _on_postgres(terms: Sequence[Term], entries: QuerySet[Any]) -> QuerySet[Any]:
    """Text search without stemming, cut at every sign as on SQLite; whole words count once more."""
    whole = " | ".join(_in_a_row(term) for term in terms)
    score = _Said(f"{_RANK} + {_RANK}", (_all_for_postgres(terms), whole), FloatField())
    return entries.annotate(number=Cast("object_id", BigIntegerField()), score=score)


# Migration 0004 lets the database keep the words of headline and body, cut as on SQLite, and 0006 those of the deck.
_WORDS = '"broadsheet_words"'
_DECK = '(SELECT broadsheet_deck FROM "newsroom_articlepage" WHERE page_ptr_id = object_id::bigint)'
_ASKED = "to_tsquery('simple', %s)"
_RANK = f"ts_rank('{{0.02, 0.1, 0.3, 1.0}}', {_WORDS} || {_DECK}, {_ASKED})"


def _all_for_postgres(terms: Sequence[Term]) -> str:
    return " & ".join(_for_postgres(term) for term in terms)


def _for_postgres(term: Term) -> str:
    return _in_a_row(term) if term.is_phrase else f"({_in_a_row(term)} | {_in_a_row(term)}:*)"


def _in_a_row(term: Term) -> str:
    words = [f"'{word.lower()}'" for word in term.words]
    return f"({' <-> '.join(words)})" if term.is_phrase else words[0]
