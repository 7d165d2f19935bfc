"""The purge that follows a change of the appeal."""

from broadsheet.donations.keys import APPEAL
from broadsheet.pagecache.actions import purge


def purge_appeal() -> None:
    """Purge the pages that show the appeal."""
    purge(APPEAL)
