"""How much a campaign does: its full figure by `make soak`, a tenth of it in every other run."""

import os

FRACTION = 10


def figure(*, full: int) -> int:
    """Returns the full figure when BROADSHEET_SOAK=1, and a tenth of it (at least 1) otherwise."""
    return full if os.environ.get("BROADSHEET_SOAK") == "1" else max(1, full // FRACTION)
