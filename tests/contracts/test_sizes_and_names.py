"""The house stays a house of small rooms, and nothing in it is named after nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.contracts.tree import BUILDING, functions, modules, short, tree

BANNED = {"util", "utils", "helper", "helpers", "manager", "managers", "info", "handle", "misc"}
# Names that are not ours to choose.
FROM_OUTSIDE = {
    "handle",  # Django's word for what a management command does
    "DATA",  # the paper's data folder, as BROADSHEET_DATA names it
    "DEFAULT_DATA",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",  # Django's settings
    "DATA_UPLOAD_MAX_NUMBER_FIELDS",
    "process_exception",  # and for what a middleware does with one
}


def lines(node: ast.AST) -> int:
    return (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1


def test_no_module_is_longer_than_400_lines_and_half_have_80_or_fewer() -> None:
    sizes = {short(path): len(path.read_text().splitlines()) for path in modules()}
    assert {name: size for name, size in sizes.items() if size > 400} == {}
    assert median(size for size in sizes.values() if size > 1) <= 80


def test_no_function_is_longer_than_60_lines_and_half_have_7_or_fewer() -> None:
    sizes = {
        f"{short(path)}:{function.lineno} {function.name}": lines(function)
        for path in modules()
        for function in functions(path)
    }
    assert {name: size for name, size in sizes.items() if size > 60} == {}
    assert median(sizes.values()) <= 7


def defined_names(path: Path) -> Iterator[tuple[str, int]]:
    """Yields each name that a module gives: to itself, to classes, functions and what stands at its top."""
    yield path.stem, 1
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield said_by_us(node.name, node), node.lineno
    for node in tree(path).body:
        if isinstance(node, ast.Assign):
            names = (target.id for target in node.targets if isinstance(target, ast.Name))
            yield from ((said_by_us(name, node), node.lineno) for name in names)


def said_by_us(name: str, node: ast.FunctionDef | ast.ClassDef | ast.Assign) -> str:
    """Takes the end off the name of one of Django's managers, which are called so."""
    made_of = node.bases if isinstance(node, ast.ClassDef) else [node.value] if isinstance(node, ast.Assign) else []
    return name.removesuffix("Manager") if any("Manager" in ast.unparse(part) for part in made_of) else name


def words(name: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


@pytest.mark.parametrize(
    ("name", "caught"),
    [("string_utils", True), ("InfoThing", True), ("CommentManager", True), ("MISC", True), ("informed", False)],
)
def test_a_banned_word_is_found_inside_a_name(name: str, *, caught: bool) -> None:
    assert bool(words(name) & BANNED) is caught


def test_no_name_says_nothing() -> None:
    empty = [
        f"{short(path)}:{line} {name}"
        for path in modules()
        for name, line in defined_names(path)
        if name not in FROM_OUTSIDE and words(name) & BANNED
    ]
    assert "\n".join(empty) == ""


def test_every_public_action_says_what_it_promises() -> None:
    silent = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in modules()
        if path.stem == "actions" or "actions" in path.parts
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_room_says_its_purpose_in_one_line_and_nothing_else() -> None:
    rooms = list(BUILDING.glob("*/__init__.py"))
    assert rooms
    wrong = [short(path) for path in rooms if not is_one_line_of_purpose(tree(path))]
    assert wrong == []


def is_one_line_of_purpose(module: ast.Module) -> bool:
    said = ast.get_docstring(module) or ""
    return len(module.body) == 1 and said.endswith(".") and "\n" not in said


def test_no_import_hides_inside_a_function() -> None:
    hidden = [
        f"{short(path)}:{node.lineno}"
        for path in modules()
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []
