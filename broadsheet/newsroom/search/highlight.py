"""Search results: the headline and an excerpt of an article, with the terms marked."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join

from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.search.index import Term

LENGTH = 240  # of an excerpt, in characters
_CONTEXT = 80  # characters before the first term


@dataclass(frozen=True)
class SearchResult:
    """An article with its headline and an excerpt as HTML, in which <mark> surrounds the terms."""

    article: ArticlePage
    headline: str
    excerpt: str


def highlighted(article: ArticlePage, terms: Sequence[Term]) -> SearchResult:
    """Return the article with the terms marked in its headline and in the first passage that has a term."""
    pattern = _pattern(terms)
    text = " ".join(" ".join([article.deck, *article.body.stream_block.get_searchable_content(article.body)]).split())
    return SearchResult(article, marked(article.title, pattern), _excerpt(text, pattern))


def _pattern(terms: Sequence[Term]) -> re.Pattern[str]:
    """Return a pattern for words that begin with a term, and for phrases with any punctuation between their words."""
    phrases = [r"[\W_]+".join(re.escape(_folded(word)) for word in term.words) for term in terms]
    endings = ["" if term.is_phrase else r"\w*" for term in terms]
    return re.compile(r"(?<!\w)(?:" + "|".join(map("".join, zip(phrases, endings, strict=True))) + r")(?!\w)")


def marked(text: str, pattern: re.Pattern[str]) -> str:
    """Return the text as escaped HTML with <mark> around each match of the pattern."""
    return format_html_join("", "{}{}", _pieces(text, pattern))


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    end = 0
    for match in pattern.finditer(_folded(text)):
        yield text[end : match.start()], format_html("<mark>{}</mark>", text[match.start() : match.end()])
        end = match.end()
    yield text[end:], ""


def _excerpt(text: str, pattern: re.Pattern[str]) -> str:
    match = pattern.search(_folded(text))
    start = _word_start(text, match.start() - _CONTEXT) if match and match.start() > _CONTEXT else 0
    end = _word_end(text, start + LENGTH)
    passage = marked(text[start:end], pattern)
    return format_html("{}{}{}", "… " if start else "", passage, " …" if end < len(text) else "")


def _word_start(text: str, position: int) -> int:
    space = text.find(" ", position)
    return space + 1 if position <= space < position + _CONTEXT else position


def _word_end(text: str, position: int) -> int:
    space = text.rfind(" ", 0, position)
    return len(text) if len(text) <= position else space if space > position - _CONTEXT else position


def _folded(text: str) -> str:
    """Return the text in lower case without accents; each character keeps its position."""
    return "".join(_folded_character(character) for character in text)


def _folded_character(character: str) -> str:
    folded = unicodedata.normalize("NFD", character)[0].lower()
    return folded if len(folded) == 1 else character  # “İ” in lower case is two characters
