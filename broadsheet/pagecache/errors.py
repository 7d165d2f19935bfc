"""What this room refuses."""

from broadsheet.core.errors import Refusal


class StillBaked(Refusal):
    """A change is stored, and pages that show the old state could not be taken off this machine's disk."""

    code = "still-baked"
    http_status = 503


class NotTold(OSError):
    """A cache in front of the paper could not be told that pages are stale; it is told again until it has heard."""
