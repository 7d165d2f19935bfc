"""Measure the docstrings of each room: indefinite pronouns per 1,000 words, and openings that lean on a neighbour.

`python -m tools.prose` prints a table, and with a room's name each docstring of it that has a pronoun too many.
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


def rooms() -> list[Path]:
    """Return the folders of the rooms."""
    return sorted(path.parent for path in BUILDING.glob("*/__init__.py"))


def per_thousand(room: Path) -> float:
    """Return the indefinite pronouns per 1,000 docstring words of a room."""
    found = list(docstrings(room))
    words = sum(len(docstring.words) for docstring in found)
    return 1000 * sum(len(docstring.pronouns) for docstring in found) / max(words, 1)


def main(names: list[str]) -> int:
    """Print the table, or the docstrings of the named rooms that have a pronoun too many."""
    for name in names:
        for docstring in docstrings(BUILDING / name):
            if len(docstring.pronouns) > MOST_PER_DOCSTRING or docstring.text.startswith("The same"):
                print(f"{docstring.place}: {docstring.text!r} {docstring.pronouns}")
    for room in rooms():
        print(f"{room.name:12} {per_thousand(room):5.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
