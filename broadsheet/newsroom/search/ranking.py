"""The rank of an article: how often, and where, it has the terms of a query (ADR 23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from broadsheet.newsroom.search.terms import Term

HEADLINE, DECK = 1.5, 1.0  # for a term there; in the text, a term counts 1 at most
BEGINNING = 0.5  # of a word that only begins with the term
HALF = 2.0  # occurrences in a text of usual length that count half
USUAL_LENGTH = 3_000  # characters of a text
LENGTH = 0.5  # how far the length of a text counts
TOGETHER = 1.0  # for terms that follow each other as in the query


@dataclass(frozen=True)
class Words:
    """The stored words of an article."""

    pk: int
    headline: str
    deck: str
    text: str

    def has(self, terms: Sequence[Term]) -> bool:
        """Say whether the article has all phrases among the terms."""
        return all(
            any(term.sequence in field for field in (self.headline, self.deck, self.text))
            for term in terms
            if len(term.tokens) > 1
        )


def ranked(articles: Sequence[Words], terms: Sequence[Term]) -> list[Words]:
    """Return the articles, best first; those of equal rank in their order."""
    sequences = [(term.sequence, term.is_prefix) for term in terms]
    together = [one[0].rstrip() + two[0] for one, two in pairwise(sequences)]
    scores = {words.pk: _score(words, sequences, together) for words in articles}
    return sorted(articles, key=lambda words: -scores[words.pk])


def _score(words: Words, sequences: Sequence[tuple[str, bool]], together: Sequence[str]) -> float:
    length = 1 - LENGTH + LENGTH * len(words.text) / USUAL_LENGTH
    score = 0.0
    for sequence, is_prefix in sequences:
        score += HEADLINE * min(1, _count(words.headline, sequence, is_prefix=is_prefix))
        score += DECK * min(1, _count(words.deck, sequence, is_prefix=is_prefix))
        score += _saturated(_count(words.text, sequence, is_prefix=is_prefix), length)
    for sequence in together:
        is_near_top = sequence in words.headline or sequence in words.deck
        score += TOGETHER * (is_near_top + _saturated(words.text.count(sequence), length))
    return score


def _count(field: str, sequence: str, *, is_prefix: bool) -> float:
    """Return how often a field has a term; words that only begin with it count less."""
    count = field.count(sequence)
    if not is_prefix or not count:
        return count
    whole = field.count(f"{sequence} ")
    return whole + BEGINNING * (count - whole)


def _saturated(count: float, length: float) -> float:
    return count / (count + HALF * length)
