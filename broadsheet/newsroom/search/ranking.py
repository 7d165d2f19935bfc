"""The rank of an article: how often, and where, it has the terms of a query (ADR 23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from broadsheet.newsroom.search.terms import Term

HEADLINE, DECK = 1.5, 1.0  # for a term there; in the text, a term counts 1 at most
BEGINNING = 0.5  # for words that begin with the term, where no word is the term
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

    def has(self, sequence: str) -> bool:
        """Say whether a field has the words of a phrase in a row."""
        return sequence in self.text or sequence in self.headline or sequence in self.deck


def ranked(articles: Sequence[Words], terms: Sequence[Term]) -> list[Words]:
    """Return the articles, best first; those of equal rank in their order."""
    sequences = [term.sequence for term in terms]
    whole = [sequence.rstrip() + " " for sequence in sequences]
    forms = [(word, sequence if sequence != word else "") for word, sequence in zip(whole, sequences, strict=True)]
    together = [first + second[1:] for first, second in pairwise([*whole[:-1], sequences[-1]])]
    scores = {words.pk: _score(words, forms, together) for words in articles}
    return sorted(articles, key=lambda words: -scores[words.pk])


def _score(words: Words, forms: Sequence[tuple[str, str]], together: Sequence[str]) -> float:
    """Return the score for terms, each as a whole word and as the beginning of one, and for neighbouring terms."""
    headline, deck, text = words.headline, words.deck, words.text
    half = HALF * (1 - LENGTH + LENGTH * len(text) / USUAL_LENGTH)
    score = 0.0
    for whole, beginning in forms:
        score += HEADLINE * (1 if whole in headline else _beginnings(headline, beginning) > 0 and BEGINNING)
        score += DECK * (1 if whole in deck else _beginnings(deck, beginning) > 0 and BEGINNING)
        count = text.count(whole) or BEGINNING * _beginnings(text, beginning)
        score += count / (count + half)
    for sequence in together:
        count = text.count(sequence)
        score += TOGETHER * ((sequence in headline or sequence in deck) + count / (count + half))
    return score


def _beginnings(field: str, beginning: str) -> int:
    """Return how many words of a field begin so; none for a term that has to be whole."""
    return field.count(beginning) if beginning else 0
