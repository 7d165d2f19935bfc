"""Bank transfers as an EPC QR code, which a banking app reads, drawn on the server."""

from functools import lru_cache

import segno

from broadsheet.donations.models import DonationAppeal


def transfer_code(appeal: DonationAppeal) -> str:
    """Return the code as the data URI of an SVG, with error correction M and at most version 13 (EPC069-12)."""
    return _svg(appeal.transfer_payload())


@lru_cache(maxsize=4)
def _svg(payload: str) -> str:
    # Cached because drawing takes as long as rendering twenty comments (ADR 18).
    code = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8")
    return str(code.svg_data_uri(scale=3, dark="#000", light="#fff", border=4))
