"""The surrogate keys of what the newsroom shows: `articlepage:12` for a thing, and a word for each list of all things.

A page names the key of everything on it whose change makes it wrong. What stands around each page's matter (masthead,
sections, foot) needs no key here: a change of it purges everything.
"""

from datetime import date
from typing import Any

ARCHIVE = "archive"  # counts and neighbours in the calendar
BESIDE = "beside:"  # how the keys begin that all articles of a section have
FRONT = "front"  # what editors have picked
LATEST = "latest"  # the newest of the whole paper
SITEMAPS = "sitemaps"  # every address with its last change


def year_of(day: date) -> str:
    """The key of how many articles the year of a day has."""
    return f"{ARCHIVE}:{day.year}"


def key_of(thing: Any) -> str:
    """The key of one article, author, photograph, subject or page, for whatever shows it."""
    return f"{thing._meta.model_name}:{thing.pk}"


def list_of(thing: Any) -> str:
    """The key of the list of articles that a section, an author or a subject has."""
    return f"in:{key_of(thing)}"


def beside_in(section: Any) -> str:
    """The key of what stands beside every article of a section: the latest of the others."""
    return f"{BESIDE}{key_of(section)}"
