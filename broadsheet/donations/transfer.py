"""Bank transfers that a telephone can read: the EPC QR code, drawn on the server."""

from functools import lru_cache

import segno

from broadsheet.donations.models import DonationAppeal


def transfer_code(appeal: DonationAppeal) -> str:
    """Draws the code as a data URI of an SVG: error correction M and at most version 13, as the guideline asks."""
    return _drawn(appeal.transfer_payload())


@lru_cache(maxsize=4)
def _drawn(payload: str) -> str:
    """The same words are always the same code, and drawing it costs as much as twenty comments."""
    code = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8")
    return str(code.svg_data_uri(scale=3, dark="#000", light="#fff", border=4))
