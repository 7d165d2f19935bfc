"""New terms."""

from broadsheet.discussion.keys import TERMS
from broadsheet.pagecache.actions import purge


def purge_terms() -> None:
    """Purge the pages that show the terms."""
    purge(TERMS)
