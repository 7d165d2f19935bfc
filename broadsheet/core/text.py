"""Properties of the characters that people type."""

import unicodedata

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
