"""Shows why an article was found: its headline and a piece of its text, with the words marked."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join

from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.search.index import Term

LENGTH = 240
_BEFORE = 80


@dataclass(frozen=True)
class Found:
    """One article in the list of results; headline and excerpt are HTML with <mark> around what was looked for."""

    article: ArticlePage
    headline: str
    excerpt: str


def show(article: ArticlePage, terms: Sequence[Term]) -> Found:
    """Marks the terms in the headline and in the first piece of deck or body that has one."""
    pattern = _pattern(terms)
    text = " ".join(" ".join([article.deck, *article.body.stream_block.get_searchable_content(article.body)]).split())
    return Found(article, marked(article.title, pattern), _excerpt(text, pattern))


def _pattern(terms: Sequence[Term]) -> re.Pattern[str]:
    """Whole words that begin with a term, or a phrase with anything between its words that is no word."""
    phrases = [r"[\W_]+".join(re.escape(_folded(word)) for word in term.words) for term in terms]
    endings = ["" if term.is_phrase else r"\w*" for term in terms]
    return re.compile(r"(?<!\w)(?:" + "|".join(map("".join, zip(phrases, endings, strict=True))) + r")(?!\w)")


def marked(text: str, pattern: re.Pattern[str]) -> str:
    """The text as HTML, everything escaped, with <mark> around what fits the pattern."""
    return format_html_join("", "{}{}", _pieces(text, pattern))


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    end = 0
    for match in pattern.finditer(_folded(text)):
        yield text[end : match.start()], format_html("<mark>{}</mark>", text[match.start() : match.end()])
        end = match.end()
    yield text[end:], ""


def _excerpt(text: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(_folded(text))
    start = _word_start(text, found.start() - _BEFORE) if found and found.start() > _BEFORE else 0
    end = _word_end(text, start + LENGTH)
    piece = marked(text[start:end], pattern)
    return format_html("{}{}{}", "… " if start else "", piece, " …" if end < len(text) else "")


def _word_start(text: str, place: int) -> int:
    gap = text.find(" ", place)
    return gap + 1 if place <= gap < place + _BEFORE else place


def _word_end(text: str, place: int) -> int:
    gap = text.rfind(" ", 0, place)
    return len(text) if len(text) <= place else gap if gap > place - _BEFORE else place


def _folded(text: str) -> str:
    """The text in small letters without accents, each character in its old place."""
    return "".join(_plain_letter(letter) for letter in text)


def _plain_letter(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter)[0].lower()
    return plain if len(plain) == 1 else letter
