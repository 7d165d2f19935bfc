"""What is done about the appeal from outside an editor's form."""

from broadsheet.donations.keys import APPEAL
from broadsheet.pagecache.actions import purge


def purge_appeal() -> None:
    """Makes every page stale that shows the appeal."""
    purge(APPEAL)
