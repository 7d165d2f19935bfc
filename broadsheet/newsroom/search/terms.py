"""The terms of a query: words, of which the beginning suffices, and phrases in quotation marks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from broadsheet.newsroom.search.folding import SPACELESS, is_run, pairs, parts_of_apostrophe, words_of

MAX_TERMS = 12
_QUOTED = re.compile(r'["“”„«»「」『』]([^"“”„«»「」『』]*)["“”„«»「」『』]?|([^"“”„«»「」『』]+)')


@dataclass(frozen=True)
class Term:
    """A folded word, or the folded words of a phrase in order."""

    words: tuple[str, ...]
    is_phrase: bool = False

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The words as the index has them next to each other."""
        *others, last = self.words
        return (*chain.from_iterable(map(_whole, others)), *(pairs(last) if is_run(last) else [last]))

    @property
    def is_prefix(self) -> bool:
        """Whether words that begin with the last token match too. A single letter matches itself alone."""
        last = self.words[-1]
        return len(last) == 1 if is_run(last) else not self.is_phrase and len(last) > 1

    @property
    def sequence(self) -> str:
        """The part of an indexed text by which it has the term."""
        return f" {' '.join(self.tokens)}" + ("" if self.is_prefix else " ")

    @property
    def pattern(self) -> str:
        """A regular expression for the term in a folded text."""
        parts = [re.escape(self.words[0])]
        for before, word in zip(self.words, self.words[1:], strict=False):
            parts.append((" *" if is_run(before) or is_run(word) else " +") + re.escape(word))
        first, last = self.words[0], self.words[-1]
        start = "" if is_run(first) else f"(?<![^ {SPACELESS}])"
        end = "" if is_run(last) else f"[^ {SPACELESS}]*" if self.is_prefix else f"(?![^ {SPACELESS}])"
        return start + "".join(parts) + end


def _whole(word: str) -> list[str]:
    """Return the tokens of a word that another one follows: a run up to its end."""
    return [*pairs(word), word[-1]] if is_run(word) and len(word) > 1 else [word]


def terms_of(query: str) -> Sequence[Term]:
    """Return the terms of a query, each once; quotation marks are its only syntax."""
    terms: dict[Term, None] = {}
    for phrase, loose in _QUOTED.findall(query):
        if words := tuple(words_of(phrase)):
            terms[Term(words, is_phrase=True)] = None
        terms.update((Term((word,)), None) for piece in loose.split() for word in parts_of_apostrophe(piece))
    return list(terms)
