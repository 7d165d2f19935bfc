"""Measure the docstrings of each room: indefinite pronouns per 1,000 words, and openings that lean on a neighbour.

`python -m tools.prose` prints a table, and with a room's name each docstring of it that has a pronoun too many.
`python -m tools.prose docs` prints the length of the sentences and the banned phrases of each document.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BUILDING = Path(__file__).resolve().parent.parent / "broadsheet"
MOST_PER_THOUSAND = 15
MOST_PER_DOCSTRING = 1
INDEFINITE = {
    *("what", "whatever", "whoever", "whomever", "whichever", "wherever", "somebody", "someone", "something"),
    *("anybody", "anyone", "anything", "nobody", "nothing", "none", "everybody", "everyone", "everything"),
    *("one", "ones", "such"),
}
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_CODE = re.compile(r"`[^`]*`|\{%.*?%\}")
# “One” before a noun is a number: one transaction, one row.
_NUMBER_ONE = re.compile(
    r"\b[Oo]ne (?!who|that|which|of|is|are|has|have|had|was|can|may|might|must|does|do|by|in|at|on|to|more)[a-z]"
)

# Phrases that read as if translated, with the words to use instead in the comment.
BANNED = [
    re.compile(phrase, re.IGNORECASE)
    for phrase in (
        r"\b(?:anybody|everybody|nobody else|somebody|whoever|whosoever)\b",  # the person: reader, commenter, operator
        r"\b(?:a|an|each|our|the|this|test|unsent) letters?\b",  # email
        r"\bas ever\b",  # as usual
        r"\bbelongs? into\b",  # in
        r"\bby hand of\b",  # by
        r"\bstands?\b(?! for| by\b)",  # is, appears, remains
        r"\bthe house(?:'s)?\b(?! rules)",  # the paper, the project
        r"\bthere are no\b[^.]*\bwhere\b",  # say what happens, not where it does not
        r"\b(?:is|are|be|was|been|being|it|them) told\b|\bas told\b|\btold (?:twice|by|at once|so)\b",  # notified, says
        r"\bunwanted mail\b",  # spam folder
        r"\bworks? off\b|\bworked off\b",  # processes
    )
]
_NOT_PROSE = re.compile(r"^(?: {4}.*|```.*?^```|<!--.*?-->)$|`[^`]*`|“[^”]*”|\]\([^)]*\)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Docstring:
    """A docstring with the place where it stands."""

    place: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words in lower case, without code."""
        return [word.lower() for word in _WORD.findall(_CODE.sub(" ", self.text))]

    @property
    def pronouns(self) -> list[str]:
        """The indefinite pronouns among the words; the number in “one transaction” is not among them."""
        counted = _NUMBER_ONE.sub(" ", _CODE.sub(" ", self.text))
        return [word.lower() for word in _WORD.findall(counted) if word.lower() in INDEFINITE]


def docstrings(folder: Path) -> Iterator[Docstring]:
    """Yield every docstring beneath a folder, migrations excepted."""
    for path in sorted(folder.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                if text:
                    name = getattr(node, "name", "")
                    yield Docstring(f"{path.relative_to(folder.parent)}:{getattr(node, 'lineno', 1)} {name}", text)


def prose_of(markdown: str) -> str:
    """Return a document without code, quotations of the screen and the targets of links."""
    return _NOT_PROSE.sub(" ", markdown)


def banned_phrases(markdown: str) -> list[str]:
    """Return the banned phrases in a document, in the order of the list."""
    prose = prose_of(markdown)
    return [hit.group() for phrase in BANNED for hit in phrase.finditer(prose)]


def words_per_sentence(markdown: str) -> float:
    """Return the mean length of the sentences in a document's paragraphs and lists, without tables and headings."""
    prose = re.sub(r"^(?:#|\|).*$", "\n", prose_of(markdown), flags=re.MULTILINE)
    blocks = re.split(r"\n\s*\n|^\s*(?:-|\d+\.) ", prose, flags=re.MULTILINE)
    lengths = [len(_WORD.findall(sentence)) for block in blocks for sentence in re.split(r"[.?!](?:\s|$)", block)]
    sentences = [length for length in lengths if length > 1]
    return sum(sentences) / max(len(sentences), 1)


def rooms() -> list[Path]:
    """Return the folders of the rooms."""
    return sorted(path.parent for path in BUILDING.glob("*/__init__.py"))


def per_thousand(room: Path) -> float:
    """Return the indefinite pronouns per 1,000 docstring words of a room."""
    found = list(docstrings(room))
    words = sum(len(docstring.words) for docstring in found)
    return 1000 * sum(len(docstring.pronouns) for docstring in found) / max(words, 1)


def print_documents() -> None:
    """Print the mean sentence length and the banned phrases of each document."""
    for path in sorted([*BUILDING.parent.glob("*.md"), *(BUILDING.parent / "docs").rglob("*.md")]):
        text = path.read_text()
        print(f"{path.relative_to(BUILDING.parent)!s:75} {words_per_sentence(text):5.1f} {banned_phrases(text) or ''}")


def main(names: list[str]) -> int:
    """Print the table, or the docstrings of the named rooms that have a pronoun too many."""
    if names == ["docs"]:
        print_documents()
        return 0
    for name in names:
        for docstring in docstrings(BUILDING / name):
            if len(docstring.pronouns) > MOST_PER_DOCSTRING or docstring.text.startswith("The same"):
                print(f"{docstring.place}: {docstring.text!r} {docstring.pronouns}")
    for room in rooms():
        print(f"{room.name:12} {per_thousand(room):5.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
