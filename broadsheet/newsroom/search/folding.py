"""Folded words: the form in which the search compares texts and queries, on both databases (ADR 23).

Folding ignores case, accents, ligatures, width, vowel marks and invisible characters; every sign separates words. Runs
of scripts that are written without spaces are indexed as pairs of neighbouring characters.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_WORD = 64  # characters of a word that are compared
GAP = "¶"  # a word that no text has: phrases do not cross it
# Han, kana, Hangul, bopomofo, Thai, Lao, Burmese and Khmer.
SPACELESS = (
    "\u0e01-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3041-\u312f"
    "\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_WORD = re.compile(f"[{SPACELESS}]+|[^ {SPACELESS}]+")
_RUN = re.compile(f"[{SPACELESS}]")
# Accents, and the vowel marks of Hebrew, Arabic and Syriac. Those of other scripts are letters.
_IGNORED = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u08d3-\u08ff\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
# Letters that Unicode does not decompose, and those that Persian and Urdu write differently from Arabic.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ħ": "h",
        "ı": "i",
        "ŋ": "n",
        "ŧ": "t",
        "ĸ": "k",
        "ƒ": "f",
        "ƶ": "z",
        "ɨ": "i",
        "ʉ": "u",
        "ɓ": "b",
        "ɗ": "d",
        "ə": "e",
        "ɛ": "e",
        "ی": "ي",
        "ى": "ي",
        "ک": "ك",
        "ہ": "ه",
        "ە": "ه",
        # Modifier letters that stand for an apostrophe separate words as it does.
        **dict.fromkeys("ʹʺʻʼʽʾʿˈˊˋꞋꞌ", " "),
    }
)
# Halves of a character that follow the other half: vowels and finals of Hangul, and the voicing marks of kana.
_SECOND_HALF = re.compile("[\u1161-\u11ff\u3099\u309a]")
_HALVES = re.compile(".[\u1161-\u11ff\u3099\u309a]+", re.DOTALL)
_APOSTROPHES = "'’‘ʼʻ′＇"
_JOINED = re.compile(rf"\w+(?:[{_APOSTROPHES}]\w+)+")
_WITHOUT_APOSTROPHES = str.maketrans(dict.fromkeys(_APOSTROPHES, ""))


class _Characters(dict[int, str]):
    """The folded form of each character, by its code point; worked out when it is first looked up."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    plain = _IGNORED.sub("", unicodedata.normalize("NFKD", character))
    composed = unicodedata.normalize("NFC", plain).casefold().translate(_LETTERS)
    letters = _IGNORED.sub("", unicodedata.normalize("NFKD", composed))
    return "".join(map(_fold_letter, unicodedata.normalize("NFC", letters)))


def _fold_letter(letter: str) -> str:
    """Return a letter, mark or number, nothing for an invisible character, and a space for a sign."""
    category = unicodedata.category(letter)
    if category == "Nd":
        return str(unicodedata.digit(letter))
    return letter if category[0] in "LMN" else "" if category == "Cf" else " "


_CHARACTERS = _Characters()


def fold(text: str) -> str:
    """Return the text in its folded form, with a space for each sign."""
    folded = text.translate(_CHARACTERS)
    return (
        _HALVES.sub(lambda found: unicodedata.normalize("NFC", found[0]), folded) if _needs_halves(folded) else folded
    )


def _needs_halves(folded: str) -> bool:
    return not folded.isascii() and _SECOND_HALF.search(folded) is not None


@dataclass(frozen=True)
class FoldedText:
    """A text in its folded form, with the position in the text of each of its characters, and the text's length."""

    folded: str
    positions: Sequence[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the text of a part of the folded form; a ligature is never divided."""
        while end < len(self.folded) and self.positions[end] == self.positions[end - 1]:
            end += 1
        return self.positions[start], self.positions[end]


def fold_with_positions(text: str) -> FoldedText:
    """Return the folded form of the text with positions; the form is that of `fold`."""
    whole = fold(text)
    if len(whole) == len(text) and all(len(_CHARACTERS[ord(character)]) == 1 for character in set(text)):
        return FoldedText(whole, range(len(text) + 1))  # by far the most texts: a character for each character
    folded: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(text):
        for letter in _CHARACTERS[ord(character)]:
            both = unicodedata.normalize("NFC", folded[-1] + letter) if folded and _SECOND_HALF.match(letter) else ""
            if len(both) == 1:
                folded[-1] = both
            else:
                folded.append(letter)
                positions.append(position)
    return FoldedText("".join(folded), [*positions, len(text)])


def words_of(text: str) -> list[str]:
    """Return the folded words of a text; a run of a script without spaces is a word."""
    return [word[:MAX_WORD] for word in _WORD.findall(fold(text))]


def is_run(word: str) -> bool:
    """Say whether a folded word is of a script that is written without spaces."""
    return _RUN.match(word) is not None


def pairs(run: str) -> list[str]:
    """Return the pairs of neighbouring characters of a run, or its only character."""
    return [first + second for first, second in pairwise(run)] or [run]


def indexed(text: str) -> str:
    """Return the words of a text as they are stored in the index: between spaces, those of runs as pairs.

    A run ends with its last character, so that each character begins a word. Words with an apostrophe follow once more
    without it.
    """
    joined = " ".join(found[0].translate(_WITHOUT_APOSTROPHES) for found in _JOINED.finditer(text))
    words = [*_indexed_words(text), *((GAP, *_indexed_words(joined)) if joined else ())]
    return f" {' '.join(words)} " if words else ""


def _indexed_words(text: str) -> Iterator[str]:
    for word in _WORD.findall(fold(text)):
        if not is_run(word):
            yield word[:MAX_WORD]
        elif len(word) > 1:
            yield from (*pairs(word), word[-1])
        else:
            yield word


def parts_of_apostrophe(text: str) -> list[str]:
    """Return the words of a text without spaces; of a word with an apostrophe, without single letters beside it."""
    words = words_of(text)
    longer = [word for word in words if len(word) > 1 or is_run(word)]
    return longer if longer and _JOINED.search(text) else words
