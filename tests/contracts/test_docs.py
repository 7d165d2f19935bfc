"""The documents are accurate: links resolve; commands, options, files and functions exist under the names given."""

import argparse
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from broadsheet.command.parser import build
from broadsheet.config.options import Options
from tests.contracts.tree import BUILDING, ROOT, short, tracked
from tools.prose import banned_phrases

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
# At the beginning of a line or of a code span, perhaps as another user, perhaps with its whole path.
COMMAND = re.compile(r"(?:^ *|`)(?:sudo -u \w+ )?(?:[\w./]*/)?broadsheet(?: +--data +\S+)? +([a-z]+)\b", re.MULTILINE)
MANAGEMENT_COMMAND = re.compile(r"\bbroadsheet(?: --data \S+)? manage ([a-z_]+)")
VARIABLE = re.compile(r"\b(BROADSHEET_[A-Z_]*[A-Z])")
# What a reader copies is indented as code; wrapped with the text around it, it would be copied in pieces.
CODE_IN_PROSE = re.compile(
    r"^(?:(?:curl|sudo|apt-get|pip|git|psql|systemctl|make|broadsheet) .*|\w+ = [\[{\"].*)$", re.MULTILINE
)
TARGET = re.compile(r"`make ([a-z-]+)\b|^ {4}make ([a-z-]+)(?: +#| +[A-Z]+=|$)", re.MULTILINE)
PATH = re.compile(r"`((?:broadsheet|tests|docs|tools|bench)/[\w./-]*|pyproject\.toml|requirements\.lock)`")
DOTTED = re.compile(r"`((?:[a-z]+\.)+\w+)`")
CITATION = re.compile(r"\bADR (\d+)\b")
RECORD = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
INDENTATION = re.compile(r"^ +", re.MULTILINE)
SECTIONS = ["Context", "Decision", "Rejected alternatives", "Consequences"]
# Read by the tests and named in CONTRIBUTING; a paper does not know them.
VARIABLES_OF_THE_TESTS = {"BROADSHEET_TEST_POSTGRES", "BROADSHEET_TEST_DATABASE"}
# From Django and Wagtail, in addition to the rooms' own.
COMMANDS_OF_DJANGO = {"migrate", "shell", "createsuperuser", "dumpdata", "help"}
TEXT_FILES = {".py", ".md", ".html", ".jinja2", ".txt", ".js", ".css", ".toml", ".conf", ".vcl"}


def documents() -> list[Path]:
    """Return every Markdown file except the demo's articles."""
    return [path for path in tracked() if path.suffix == ".md" and "copy" not in path.parts]


def templates() -> list[Path]:
    """Return the templates of pages and emails."""
    return [path for path in tracked() if path.is_relative_to(BUILDING / "templates")]


def text_of(template: Path) -> str:
    """Return a template without comments and indentation, which Markdown would take for code."""
    return INDENTATION.sub("", TEMPLATE_COMMENT.sub("", template.read_text()))


def matches(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the document and the matched name, for every match in every document."""
    for path in documents():
        yield from ((short(path), "".join(filter(None, hit.groups()))) for hit in pattern.finditer(path.read_text()))


def anchors(path: Path) -> set[str]:
    """Return the anchors a Git host gives to headings: lower case, no punctuation, hyphens for spaces."""
    headings = HEADING.findall(path.read_text())
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def is_dead(path: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    file = (path.parent / target).resolve() if target else path
    return not file.exists() or bool(anchor and anchor not in anchors(file))


def commands() -> set[str]:
    """Return the subcommands of `broadsheet`."""
    parsers = (action for action in build()._actions if isinstance(action, argparse._SubParsersAction))
    return {name for parser in parsers for name in parser.choices}


def management_commands() -> set[str]:
    """Return the management commands of the rooms."""
    return {path.stem for path in BUILDING.glob("*/management/commands/*.py")}


def records() -> dict[int, Path]:
    """Return the decision records by number."""
    files = (path for path in documents() if path.parent.name == "decisions" and RECORD.fullmatch(path.name))
    return {int(path.name[:4]): path for path in files}


def exists_in_the_package(dotted: str) -> bool:
    """Return whether a dotted name below `broadsheet` is a module, or a name in a module."""
    module, _, name = f"broadsheet.{dotted}".rpartition(".")
    try:
        return hasattr(import_module(module), name) or find_spec(f"{module}.{name}") is not None
    except ModuleNotFoundError:
        return False


def test_every_link_leads_to_an_existing_file_and_heading() -> None:
    dead = [
        f"{short(path)}: {link}"
        for path in documents()
        for link in LINK.findall(path.read_text())
        if "://" not in link and not link.startswith("mailto:") and is_dead(path, link)
    ]
    assert dead == []


@pytest.mark.parametrize("link", ["nowhere.md", "README.md#no-such-heading", "#nor-this"])
def test_a_dead_link_is_noticed(link: str) -> None:
    assert is_dead(ROOT / "README.md", link)


def test_every_command_in_a_document_exists() -> None:
    named = set(matches(COMMAND))
    assert {name for _, name in named} >= {"init", "serve", "doctor", "manage", "import"}
    assert [f"{document}: broadsheet {name}" for document, name in named if name not in commands()] == []


def test_every_command_that_readers_copy_is_a_code_block() -> None:
    found = [f"{short(path)}: {line}" for path in documents() for line in CODE_IN_PROSE.findall(path.read_text())]
    assert found == []


def test_every_management_command_in_a_document_exists() -> None:
    named = set(matches(MANAGEMENT_COMMAND))
    known = COMMANDS_OF_DJANGO | management_commands()
    assert {name for _, name in named} >= {"migrate", "deliver_emails"}
    assert [f"{document}: {name}" for document, name in named if name not in known] == []


def test_every_variable_in_a_document_is_an_option() -> None:
    named = set(matches(VARIABLE))
    known = {f"BROADSHEET_{name.upper()}" for name in Options.model_fields} | VARIABLES_OF_THE_TESTS
    assert len({name for _, name in named} & known) >= len(Options.model_fields)
    assert [f"{document}: {name}" for document, name in named if name not in known] == []


def test_every_make_target_in_a_document_exists() -> None:
    named = set(matches(TARGET))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {name for _, name in named} >= {"demo", "test", "check"}
    assert [f"{document}: make {name}" for document, name in named if name not in targets] == []


def test_every_path_in_a_document_exists() -> None:
    named = set(matches(PATH))
    assert len(named) >= 50
    assert [f"{document}: {name}" for document, name in named if not (ROOT / name).exists()] == []


def test_every_module_and_function_in_the_architecture_exists() -> None:
    named = DOTTED.findall((ROOT / "ARCHITECTURE.md").read_text())
    named = [
        name for name in named if name.partition(".")[0] in {path.parent.name for path in BUILDING.glob("*/apps.py")}
    ]
    assert len(named) >= 8
    assert [name for name in named if not exists_in_the_package(name)] == []


@pytest.mark.parametrize("name", ["discussion.nothing", "discussion.actions.burn_comment", "nowhere.actions.decide"])
def test_a_name_that_does_not_exist_is_noticed(name: str) -> None:
    assert not exists_in_the_package(name)


def test_every_room_has_a_line_in_the_architecture() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = {path.parent.name for path in BUILDING.glob("*/__init__.py")}
    assert sorted(name for name in rooms if f"`broadsheet/{name}/`" not in page) == []


def test_the_architecture_is_a_page_long() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 80


def test_the_readme_begins_with_a_picture_and_two_commands() -> None:
    first_screen = (ROOT / "README.md").read_text().partition("\n## ")[0]
    assert len(first_screen.splitlines()) <= 20
    assert "](docs/screenshots/" in first_screen
    assert re.findall(r"^    make (\w+)", first_screen, re.MULTILINE) == ["demo", "test"]


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text()
    pages = [path.relative_to(ROOT / "docs") for path in documents() if path.is_relative_to(ROOT / "docs")]
    expected = [page for page in map(str, pages) if page != "README.md" and not RECORD.search(page)]
    assert [page for page in expected if f"({page})" not in index] == []


def test_every_decision_record_is_in_the_index_under_its_title() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text()
    headings = {number: path.read_text().partition("\n")[0] for number, path in records().items()}
    titles = {number: heading.removeprefix(f"# {number}. ") for number, heading in headings.items()}
    rows = {number: f"| {number} | [{titles[number]}]({path.name}) |" for number, path in records().items()}
    assert len(rows) >= 20
    assert [row for row in rows.values() if row not in index] == []


def test_every_decision_record_has_its_four_parts() -> None:
    parts = {path.name: re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE) for path in records().values()}
    assert {name: headings for name, headings in parts.items() if headings != SECTIONS} == {}


def test_every_cited_decision_record_exists() -> None:
    cited = {
        (short(path), int(number))
        for path in tracked()
        if path.suffix in TEXT_FILES and path != Path(__file__)
        for number in CITATION.findall(path.read_text())
    }
    assert len(cited) >= 5
    assert sorted(f"{file}: ADR {number}" for file, number in cited if number not in records()) == []


def test_no_document_has_a_banned_phrase() -> None:
    hits = {short(path): banned_phrases(path.read_text()) for path in documents()}
    assert {path: phrases for path, phrases in hits.items() if phrases} == {}


def test_no_template_has_a_banned_phrase() -> None:
    hits = {short(path): banned_phrases(text_of(path)) for path in templates()}
    assert len(hits) >= 50
    assert {path: phrases for path, phrases in hits.items() if phrases} == {}


@pytest.mark.parametrize("text", ["The password belongs into a file.", "A letter is on its way.", "what stands there"])
def test_a_banned_phrase_is_noticed(text: str) -> None:
    assert banned_phrases(text)


@pytest.mark.parametrize("text", ["the house rules", "the first letter of a word", "standing", "`told`", "    stands"])
def test_an_innocent_phrase_is_not_banned(text: str) -> None:
    assert not banned_phrases(text)
