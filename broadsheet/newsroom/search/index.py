"""Finds articles by their words: in Wagtail's index, ranked as an editor would: headline, then deck, then body.

All words must occur; each finds itself and what begins with it; quotes make a phrase.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import BigIntegerField, F, Func, OuterRef, QuerySet, Subquery
from django.db.models.fields import BooleanField, FloatField
from django.db.models.functions import Cast
from wagtail.search import models as index

from broadsheet.newsroom.models import ArticlePage

MAX_TERMS = 12
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]?|([^"“”„«»]+)')
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Term:
    """One word, or the words of a phrase in order."""

    words: tuple[str, ...]
    is_phrase: bool = False


def terms_of(query: str) -> Sequence[Term]:
    """Reads what somebody has typed; nothing in it is syntax but quotes."""
    found: list[Term] = []
    for phrase, loose in _QUOTED.findall(query):
        if words := tuple(_WORD.findall(phrase)):
            found.append(Term(words, is_phrase=True))
        found.extend(Term((word,)) for word in _WORD.findall(loose))
    return found[:MAX_TERMS]


def find(terms: Sequence[Term], articles: QuerySet[ArticlePage]) -> QuerySet[Any, Any]:
    """Numbers of those `articles` that have all the terms, the best first; of equals, the latest first."""
    rows = _on_postgres(terms) if connection.vendor == "postgresql" else _on_sqlite(terms)
    appeared = ArticlePage.objects.filter(pk=OuterRef("number")).order_by().values("published_at")
    return (
        rows.filter(number__in=articles.values("pk"))
        .annotate(appeared=Subquery(appeared))
        .order_by("-score", "-appeared", "-number")
        .values_list("number", flat=True)
    )


class _Said(Func):
    """A piece of SQL that takes columns in braces and the question as its parameters."""

    def __init__(self, template: str, asked: tuple[str, ...], output_field: Any, *columns: F) -> None:
        super().__init__(*columns, template=template, output_field=output_field)
        self.asked = asked

    def as_sql(self, compiler: Any, connection: Any, *said: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        return self.extra["template"].format(*columns), self.asked


def _on_sqlite(terms: Sequence[Term]) -> QuerySet[Any]:
    """FTS5: the columns are autocomplete (headline and deck), body, title; the heavier one always wins."""
    table = index.SQLiteFTSIndexEntry._meta.db_table
    query = " AND ".join(_for_sqlite(term) for term in terms)
    found = index.SQLiteFTSIndexEntry.objects.filter(_Said(f'"{table}" MATCH %s', (query,), BooleanField()))
    # Cast, so that SQLite does not begin with the articles and look for the words in one after the other.
    kind = Cast("index_entry__content_type", BigIntegerField())
    found = found.annotate(kind=kind).filter(kind=ContentType.objects.get_for_model(ArticlePage).pk)
    rank = Func(template=f'-bm25("{table}", 1000.0, 1.0, 100000.0)', output_field=FloatField())
    return found.annotate(number=Cast("index_entry__object_id", BigIntegerField()), score=rank)


def _for_sqlite(term: Term) -> str:
    quoted = '"' + " ".join(term.words) + '"'
    return quoted if term.is_phrase else f"({quoted} OR {quoted}*)"


def _on_postgres(terms: Sequence[Term]) -> QuerySet[Any]:
    """Text search without stemming, cut at every sign as on SQLite; whole words count once more."""
    query = " & ".join(_for_postgres(term) for term in terms)
    whole = " | ".join(_in_a_row(term) for term in terms)
    match = _Said(f"{_WORDS} @@ {_ASKED}", (query,), BooleanField())
    found = index.IndexEntry.objects.filter(content_type__app_label="newsroom", content_type__model="articlepage")
    found = found.filter(match).annotate(number=Cast("object_id", BigIntegerField())).annotate(deck=_DECK)
    return found.annotate(score=_Said(f"{_RANK} + {_RANK}", (query, whole), FloatField(), F("deck")))


# Migration 0004 lets the database keep the words of headline and body, and cut any other text alike.
_WORDS = f'"{index.IndexEntry._meta.db_table}"."broadsheet_words"'
_ASKED = "to_tsquery('simple', %s)"
_DECK = Subquery(ArticlePage.objects.filter(pk=OuterRef("number")).values("deck"))
_WEIGHED = f"{_WORDS} || setweight(broadsheet_cut({{0}}), 'B')"
_RANK = f"ts_rank('{{{{0.02, 0.1, 0.3, 1.0}}}}', {_WEIGHED}, {_ASKED})"


def _for_postgres(term: Term) -> str:
    return _in_a_row(term) if term.is_phrase else f"({_in_a_row(term)} | {_in_a_row(term)}:*)"


def _in_a_row(term: Term) -> str:
    words = [f"'{word.lower()}'" for word in term.words]
    return f"({' <-> '.join(words)})" if term.is_phrase else words[0]
