"""Search results: the headline and an excerpt of an article, with the terms marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join

from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.search.entries import body_text
from broadsheet.newsroom.search.folding import fold_with_positions
from broadsheet.newsroom.search.terms import Term

LENGTH = 240  # of an excerpt, in characters
_CONTEXT = 80  # characters before the first term
_READ = 20_000  # characters of a text in which a term is looked for


@dataclass(frozen=True)
class SearchResult:
    """An article with its headline and an excerpt as HTML, in which <mark> surrounds the terms."""

    article: ArticlePage
    headline: str
    excerpt: str


def highlighted(article: ArticlePage, terms: Sequence[Term]) -> SearchResult:
    """Return the article with the terms marked in its headline and in the first passage that has a term."""
    pattern = _pattern(terms)
    text = f"{' '.join(article.deck.split())} {body_text(article.body)}".strip()
    return SearchResult(article, marked(article.title, pattern), _excerpt(text, pattern))


def _pattern(terms: Sequence[Term]) -> re.Pattern[str] | None:
    """Return a pattern for any of the terms in a folded text."""
    return re.compile("|".join(term.pattern for term in terms)) if terms else None


def marked(text: str, pattern: re.Pattern[str] | None) -> str:
    """Return the text as escaped HTML with <mark> around each match of the pattern."""
    return format_html_join("", "{}{}", _pieces(text, pattern))


def _pieces(text: str, pattern: re.Pattern[str] | None) -> Iterator[tuple[str, str]]:
    end = 0
    for start, stop in _spans(text, pattern):
        yield text[end:start], format_html("<mark>{}</mark>", text[start:stop])
        end = stop
    yield text[end:], ""


def _spans(text: str, pattern: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    """Yield the places of the terms in the text."""
    if pattern is None:
        return
    folded = fold_with_positions(text)
    end = 0
    for match in pattern.finditer(folded.folded):
        start, stop = folded.original_span(*match.span())
        if start >= end:
            yield start, stop
            end = stop


def _excerpt(text: str, pattern: re.Pattern[str] | None) -> str:
    first = next(_spans(text[:_READ], pattern), (0, 0))[0]
    start = _word_start(text, first - _CONTEXT) if first > _CONTEXT else 0
    end = _word_end(text, start + LENGTH)
    passage = marked(text[start:end], pattern)
    return format_html("{}{}{}", "… " if start else "", passage, " …" if end < len(text) else "")


def _word_start(text: str, position: int) -> int:
    space = text.find(" ", position)
    return space + 1 if position <= space < position + _CONTEXT else position


def _word_end(text: str, position: int) -> int:
    space = text.rfind(" ", 0, position)
    return len(text) if len(text) <= position else space if space > position - _CONTEXT else position
