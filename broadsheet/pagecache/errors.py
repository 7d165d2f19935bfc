"""The refusals of this room."""

from broadsheet.core.errors import Refusal


class StillBaked(Refusal):
    """A change is stored, and pages that show the old state could not be removed from this machine's disk."""

    code = "still-baked"
    http_status = 503


class CdnPurgeFailed(OSError):
    """A cache in front of the paper did not confirm a purge; it is sent again until the cache does."""

    is_loggable = True
