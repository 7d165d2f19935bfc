"""What threads share is a value, or is made before they begin: `functools.cache` may make two of a kind at once."""

import ast
from collections.abc import Iterator

import pytest

from tests.contracts.tree import modules, short, tree

CACHES = {"cache", "lru_cache"}
# What two threads may each have one of, because nothing tells one from the other. An object with a state of its own,
# such as a lock, a connection or a count, is made where its module is loaded, or under a lock.
VALUES = {
    "bool",
    "bytes",
    "str",
    "Markup",
    "frozenset[str]",
    "tuple[Path, ...]",
    "type",
    "MultiFernet",  # keys
    "_Written",  # SQL, and a query that is only compiled
}
# Where the function stands in another module.
OF_OTHERS = {"store.files.of": "tuple[Path, ...]"}


def kept(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each function whose results a module keeps, and the type of the results."""
    nodes = list(ast.walk(module))
    functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    types = {name: ast.unparse(node.returns) if node.returns else "?" for name, node in functions.items()}
    for name, node in functions.items():
        if any(_is_cache(decorator) for decorator in node.decorator_list):
            yield name, types[name]
    for call in nodes:
        if isinstance(call, ast.Call) and _is_cache(call.func) and call.args:
            wrapped = ast.unparse(call.args[0])
            if wrapped.isdigit() or wrapped.isupper():  # lru_cache(1000) itself
                continue
            yield wrapped, OF_OTHERS.get(wrapped) or types.get(wrapped.rpartition(".")[2], "?")


def _is_cache(node: ast.expr) -> bool:
    """Whether this names a cache: `cache`, `functools.cache`, `lru_cache(1000)`."""
    named = ast.unparse(node.func if isinstance(node, ast.Call) else node)
    return named.rpartition(".")[2] in CACHES


def test_what_is_kept_for_all_threads_is_a_value() -> None:
    found = {f"{short(file)}: {name}": made for file in modules() for name, made in kept(tree(file))}
    assert len(found) > 10
    assert {place: made for place, made in found.items() if made not in VALUES} == {}


def test_no_function_fills_a_name_of_its_module() -> None:
    assert [
        short(file) for file in modules() if any(isinstance(node, ast.Global) for node in ast.walk(tree(file)))
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "@cache\ndef queue_of(name: str) -> Queue: ...",
        "@functools.lru_cache(maxsize=4)\ndef queue_of(name: str) -> Queue: ...",
        "def make() -> Queue: ...\nqueue_of = cache(make)",
        "class Front:\n  def __init__(self): self.queue = lru_cache(4)(self.make)\n  def make(self) -> Queue: ...",
    ],
)
def test_a_queue_that_is_kept_is_found(text: str) -> None:
    assert [made for _, made in kept(ast.parse(text))] == ["Queue"]
