"""The surrogate keys of the newsroom: `articlepage:12` for an object, and a word for each list of the whole paper.

A page carries the keys of the objects and lists that it shows. Masthead, sections and footer need no key: a change of
theirs purges every page.
"""

from datetime import date
from typing import Any

from broadsheet.pagecache.keys import key_of

__all__ = [
    "ARCHIVE",
    "BESIDE",
    "CORRECTIONS",
    "FRONT",
    "LATEST",
    "SITEMAPS",
    "article_key",
    "beside_in",
    "key_of",
    "list_of",
    "year_of",
]

ARCHIVE = "archive"  # counts and neighbouring days
BESIDE = "beside:"  # prefix of the key that all articles of a section carry
CORRECTIONS = "corrections"  # the corrections of all articles
FRONT = "front"  # the picks of the editors
LATEST = "latest"  # the latest articles of the paper
SITEMAPS = "sitemaps"  # all addresses with their last change


def article_key(pk: int) -> str:
    """Return the key of an article by its primary key, as `key_of` does for the article."""
    return f"articlepage:{pk}"


def year_of(day: date) -> str:
    """Return the key of the number of articles in the year of a day."""
    return f"{ARCHIVE}:{day.year}"


def list_of(instance: Any) -> str:
    """Return the key of the list of articles of a section, an author or a tag."""
    return f"in:{key_of(instance)}"


def beside_in(section: Any) -> str:
    """Return the key of the related articles that each article of a section shows."""
    return f"{BESIDE}{key_of(section)}"
