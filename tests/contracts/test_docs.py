"""What the documents say is so: links lead somewhere; commands, options and files are there under those names."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.command.parser import build
from broadsheet.config.options import Options
from tests.contracts.tree import ROOT, short, tracked

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
# Typed at the beginning of a line or of a piece of code, perhaps as somebody else, perhaps by its whole path.
TYPED = re.compile(r"(?:^ *|`)(?:sudo -u \w+ )?(?:[\w./]*/)?broadsheet(?: +--data +\S+)? +([a-z]+)\b", re.MULTILINE)
MANAGED = re.compile(r"\bbroadsheet(?: --data \S+)? manage ([a-z_]+)")
VARIABLE = re.compile(r"\b(BROADSHEET_[A-Z_]*[A-Z])")
TARGET = re.compile(r"`make ([a-z]+)\b|^ {4}make ([a-z]+)(?: +#| +[A-Z]+=|$)", re.MULTILINE)
PATH = re.compile(r"`((?:broadsheet|tests|docs|tools)/[\w./-]*|[\w-]+\.(?:toml|lock|md))`")
# Read by the tests and named in CONTRIBUTING, not by a paper.
OF_THE_TESTS = {"BROADSHEET_TEST_POSTGRES"}
# From Django and Wagtail, beside the rooms' own.
OF_DJANGO = {"migrate", "shell", "createsuperuser", "dumpdata", "help"}


def documents() -> list[Path]:
    """Every page of words but the demo's copy."""
    return [path for path in tracked() if path.suffix == ".md" and "copy" not in path.parts]


def found(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yields where and what, for every document."""
    for path in documents():
        yield from ((short(path), "".join(filter(None, hit.groups()))) for hit in pattern.finditer(path.read_text()))


def anchors(path: Path) -> set[str]:
    """The names that a host gives to headings: lower case, no punctuation, hyphens for spaces."""
    headings = HEADING.findall(path.read_text())
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def leads_nowhere(path: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    file = (path.parent / target).resolve() if target else path
    return not file.exists() or bool(anchor and anchor not in anchors(file))


def commands() -> set[str]:
    """What can be typed after `broadsheet`."""
    choices = (one.choices for one in build()._actions if isinstance(one, argparse._SubParsersAction))
    return {name for some in choices for name in some}


def own_commands() -> set[str]:
    """What the rooms add to Django's commands."""
    return {path.stem for path in (ROOT / "broadsheet").glob("*/management/commands/*.py")}


def test_every_link_between_documents_leads_to_a_file_and_a_heading_that_are_there() -> None:
    dead = [
        f"{short(path)}: {link}"
        for path in documents()
        for link in LINK.findall(path.read_text())
        if "://" not in link and not link.startswith("mailto:") and leads_nowhere(path, link)
    ]
    assert dead == []


@pytest.mark.parametrize("link", ["nowhere.md", "README.md#no-such-heading", "#nor-this"])
def test_a_dead_link_is_noticed(link: str) -> None:
    assert leads_nowhere(ROOT / "README.md", link)


def test_every_command_that_a_document_types_is_one() -> None:
    typed = set(found(TYPED))
    assert {name for _, name in typed} >= {"init", "serve", "doctor", "manage", "import"}
    assert [f"{where}: broadsheet {name}" for where, name in typed if name not in commands()] == []


def test_every_management_command_that_a_document_types_is_one() -> None:
    named = set(found(MANAGED))
    assert {name for _, name in named} >= {"migrate", "deliver_emails"}
    assert [f"{where}: {name}" for where, name in named if name not in OF_DJANGO | own_commands()] == []


def test_every_variable_that_a_document_names_is_an_option() -> None:
    named = set(found(VARIABLE))
    known = {f"BROADSHEET_{name.upper()}" for name in Options.model_fields} | OF_THE_TESTS
    assert len({name for _, name in named} & known) >= len(Options.model_fields)
    assert [f"{where}: {name}" for where, name in named if name not in known] == []


def test_every_make_target_that_a_document_types_is_there() -> None:
    named = set(found(TARGET))
    written = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {name for _, name in named} >= {"demo", "test", "check"}
    assert [f"{where}: make {name}" for where, name in named if name not in written] == []


def test_every_path_that_the_architecture_names_is_there() -> None:
    named = PATH.findall((ROOT / "ARCHITECTURE.md").read_text())
    assert len(named) >= 30
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_room_has_its_line_in_the_architecture() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = {path.parent.name for path in (ROOT / "broadsheet").glob("*/__init__.py")}
    assert sorted(name for name in rooms if f"`broadsheet/{name}/`" not in page) == []


def test_the_architecture_is_a_page_long() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 80


def test_every_page_and_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text()
    pages = [path.relative_to(ROOT / "docs") for path in documents() if path.is_relative_to(ROOT / "docs")]
    assert [str(page) for page in pages if str(page) != "README.md" and f"({page})" not in index] == []
