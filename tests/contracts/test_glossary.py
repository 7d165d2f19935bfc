"""The glossary has a line for every room, model, state and word of our own, so that a new one brings its line along."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import Choices

from tests.contracts.tree import BUILDING, ROOT, modules

GLOSSARY = ROOT / "docs/reference/glossary.md"
ENTRY = re.compile(r"^\| \*\*(.+?)\*\*(.*?) \| (.+) \|$", re.MULTILINE)
CODE = re.compile(r"`(\w+)`")
# Files that hold plain data; their enumerations are what a reader of the code has to know first.
PLAIN_DATA = {"states", "outcomes", "reasons"}


@cache
def entries() -> dict[str, str]:
    """Return the meaning of each word."""
    return {word.lower(): meaning for word, _, meaning in ENTRY.findall(GLOSSARY.read_text())}


def headwords() -> list[str]:
    """Return the words with their variants, as they are in the first column."""
    return [f"{word}{variants}" for word, variants, _ in ENTRY.findall(GLOSSARY.read_text())]


@cache
def in_code_font() -> frozenset[str]:
    """Return the names of code that the meanings explain."""
    return frozenset(name for meaning in entries().values() for name in CODE.findall(meaning))


def rooms() -> list[str]:
    return sorted(path.parent.name for path in BUILDING.glob("*/__init__.py"))


def model_names() -> list[str]:
    ours = (model for model in apps.get_models() if model.__module__.startswith("broadsheet."))
    return sorted(model.__name__ for model in ours if not model._meta.auto_created)


def choices() -> Iterator[type[Choices]]:
    """Yield the enumerations in the rooms' plain data and models."""
    for path in modules():
        if path.stem in PLAIN_DATA:
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    pending = list(Choices.__subclasses__())
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if kind.__module__.startswith("broadsheet.") and kind.__members__:
            yield kind


def test_every_room_has_an_entry() -> None:
    assert [room for room in rooms() if room not in entries()] == []


def test_every_model_is_explained() -> None:
    assert len(model_names()) >= 15
    assert [name for name in model_names() if name not in in_code_font()] == []


def test_every_member_of_an_enumeration_is_explained() -> None:
    kinds = list(choices())
    assert {"CommentState", "Outcome", "Reason", "Role", "Standing"} <= {kind.__name__ for kind in kinds}
    missing = [f"{kind.__name__}.{name}" for kind in kinds for name in kind.__members__ if name not in in_code_font()]
    assert missing == []


def test_the_words_of_each_table_are_in_alphabetical_order() -> None:
    for part in GLOSSARY.read_text().split("\n## ")[1:]:
        words = [word.lower() for word, _, _ in ENTRY.findall(part)]
        assert words == sorted(words)


def test_no_word_has_two_entries() -> None:
    words = [word.lower() for word, _, _ in ENTRY.findall(GLOSSARY.read_text())]
    assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize("name", ["FrontLoader", "PUBLISHED_UNREAD"])
def test_a_name_that_nobody_has_explained_is_noticed(name: str) -> None:
    assert name not in in_code_font()
