"""Which characters may pass: everything XML allows, so that neither the parser nor a page meets any other."""

import re
import sys

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NUMERIC_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,9}));")


def without_forbidden(text: str) -> str:
    """Gives the text without characters that XML forbids, in the raw or as numeric references."""
    return NUMERIC_REFERENCE.sub(_kept_reference, FORBIDDEN.sub("", text))


def _kept_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    allowed = code <= sys.maxunicode and not FORBIDDEN.match(chr(code))
    return match[0] if allowed else ""
