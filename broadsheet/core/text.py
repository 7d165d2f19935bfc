"""Properties of the characters that people type."""

import unicodedata
from itertools import chain
from urllib.parse import unquote

from django.utils.text import slugify

MAX_SLUG_BYTES = 180  # a part of a path with more than 200 cannot be baked, and a number may follow

# Letters and symbols that are drawn as nothing: fillers of Hangul and Khmer, and the blank Braille pattern.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"})


def is_visible(text: str) -> bool:
    """Return whether a text has a character that readers see: not only spaces, joiners, marks and fillers."""
    return any(
        character not in _BLANK and unicodedata.category(character) not in _UNSEEN_CATEGORIES for character in text
    )


def ascii_digits(text: str) -> str:
    """Return a number as it was typed, in the digits 0 to 9 alone, without the signs that divide or surround it.

    Digits of all scripts count; letters stay, so that they are noticed.
    """
    kept = (character for character in text if unicodedata.category(character)[0] not in "CZPM")
    return "".join(str(unicodedata.digit(character, character)) for character in kept)


def slug_of(*candidates: str, otherwise: str, max_length: int = MAX_SLUG_BYTES) -> str:
    """Return a slug of the first candidate that has letters or digits of any script.

    Where none has, signs and emoji are named: "?!" becomes question-mark-exclamation-mark. `otherwise` is for text
    that is not even that. Percent-encoded candidates are decoded first.
    """
    texts = [unquote(text) for text in candidates]
    slugs = (_cut(slugify(text, allow_unicode=True), max_length) for text in chain(texts, map(_names_of_signs, texts)))
    return next(filter(None, slugs), otherwise)


def _cut(slug: str, max_length: int) -> str:
    cut = slug[:max_length].encode()[:MAX_SLUG_BYTES].decode(errors="ignore")
    return cut.strip("-_")


def _names_of_signs(text: str) -> str:
    return " ".join(unicodedata.name(sign, "") for sign in text if unicodedata.category(sign)[0] in "PS")
