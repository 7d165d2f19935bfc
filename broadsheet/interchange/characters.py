"""Characters that imported text may not contain."""

import re
import sys

# XML 1.0 allows none of these, so neither the parser nor a feed of the paper ever meets them.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NUMERIC_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,9}));")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def without_forbidden(text: str) -> str:
    """Return the text without the characters that XML forbids, literal or as numeric references."""
    return NUMERIC_REFERENCE.sub(_allowed_reference, FORBIDDEN.sub("", text))


def _allowed_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    allowed = code <= sys.maxunicode and not FORBIDDEN.match(chr(code))
    return match[0] if allowed else ""
