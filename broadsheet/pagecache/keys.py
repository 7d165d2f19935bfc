"""The surrogate keys that need no other room: that of the whole paper, and `articlepage:12` for a row of a table."""

from typing import Any

EVERYTHING = "paper"  # a key of every page: masthead, sections and foot are on all of them


def key_of(thing: Any) -> str:
    """Return the key of a model instance, such as an article or author, for every page that shows it."""
    return f"{thing._meta.model_name}:{thing.pk}"
