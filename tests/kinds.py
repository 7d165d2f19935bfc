"""The kinds of tests: derived from what a test uses, enforced while it runs, each with a time limit.

Only campaigns are marked by hand. Any other test is of the first kind that fits: browser, process, integration, unit.
"""

import inspect
import os
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from django.test import TransactionTestCase

from tests import templates
from tests.campaigns import is_second_look, is_soak

KINDS = {
    "campaign": "a long search for faults: within a time budget, or in full by `make soak`",
    "browser": "opens pages in Chromium",
    "process": "starts another program, most often the command of the paper",
    "integration": "uses the database of this process",
    "unit": "uses none of these",
}
OTHERS = {
    "once": "does not depend on the database: left out when the tests run on a second one",
    "sqlite": "concerns SQLite only: left out on PostgreSQL",
    "postgres": "concerns PostgreSQL only: left out on SQLite",
    "soak_only": "measures what only a long run on a quiet machine can show: left to `make soak`",
    "exhaustive": "tries a whole list, export or table: left out of `make test-fast`",
}
DATABASE = os.environ.get("BROADSHEET_TEST_DATABASE") or "sqlite"
UNIT_SECONDS, SECONDS = 1.0, 60.0  # on a machine on which `_reference_work` takes as long as REFERENCE says
REFERENCE = 0.005  # seconds
TRACED = 5.0  # times as long as usual
STARTS = ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec", "os.system")
FIXTURES = {"browser": "browser", "page": "browser", "template": "process", "db": "integration"}
NAMES = {"ON_POSTGRES": "postgres's", "POSTGRES": "postgres's"}
MODULES = {"subprocess": "process", "multiprocessing": "process"}

BEGAN, CALLED = pytest.StashKey[float](), pytest.StashKey[float]()

_started: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and record which programs are started."""
    for name, meaning in {**KINDS, **OTHERS}.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    sys.addaudithook(lambda event, _: _started.append(event) if event in STARTS else None)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test with its kind."""
    if isinstance(item, pytest.Function) and not item.get_closest_marker("campaign"):
        item.add_marker(kind_of(item))


def kind_of(item: pytest.Function) -> str:
    used = uses_of(item)
    return next(kind for kind in KINDS if kind in used or kind == "unit")


def uses_of(item: pytest.Function) -> set[str]:
    """Return what a test uses: itself, in its fixtures, and in the functions of the test suite that it calls."""
    names = set(item.fixturenames)
    used = {FIXTURES[name] for name in names & FIXTURES.keys()}
    is_of_django = item.cls is not None and issubclass(item.cls, TransactionTestCase)
    if item.get_closest_marker("django_db") or "transactional_db" in names or is_of_django:
        used.add("integration")
    for fixture in (vars(item.module).get(name) for name in names):
        used |= reached(inspect.unwrap(fixture)) if callable(fixture) else set()
    return used | reached(item.function)


@cache
def reached(function: Any) -> frozenset[str]:
    """Return what is used in a function, and in the functions of the tests and tools that it names."""
    found, seen, left = set[str](), set[object](), [function]
    while left:
        one = left.pop()
        if one in seen:
            continue
        seen.add(one)
        for name, value in named_in(one):
            if isinstance(value, ModuleType):
                found |= {MODULES[value.__name__]} if value.__name__ in MODULES else set()
            elif name in NAMES:
                found.add(NAMES[name])
            elif callable(value) and f"{getattr(value, '__module__', '')}".startswith(("tests.", "tools.", "bench.")):
                left.append(value)
    return frozenset(found)


def named_in(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield the global names that a function or a class uses, with their values."""
    functions = inspect.getmembers(thing, inspect.isfunction) if inspect.isclass(thing) else [("", thing)]
    for function in (inspect.unwrap(function) for _, function in functions):
        known = getattr(function, "__globals__", {})
        yield from ((name, known[name]) for name in names_of(getattr(function, "__code__", None)) if name in known)


def names_of(code: CodeType | None) -> Iterator[str]:
    if code:
        yield from code.co_names
        for constant in code.co_consts:
            yield from names_of(constant) if isinstance(constant, CodeType) else ()


# Which tests run, and in what order.


def is_for_this_database(item: pytest.Item) -> bool:
    """Return whether a test belongs to this run: its result could differ from that on the first database."""
    other = "postgres" if DATABASE == "sqlite" else "sqlite"
    if item.get_closest_marker(other) or (item.get_closest_marker("soak_only") and not is_soak()):
        return False
    return not is_second_look() or (item.get_closest_marker("once") is None and asks_a_database(item))


def asks_a_database(item: pytest.Item) -> bool:
    """Return whether a test uses the database of this run, in this process or in a paper's own."""
    if not isinstance(item, pytest.Function):
        return True
    used = uses_of(item)
    return "integration" in used or "postgres's" in used or "template" in item.fixturenames


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not for this database; keep the tests of a file together, with the slowest kinds first."""
    kept = [item for item in items if is_for_this_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    weights, places = dict[Path, int](), dict[Path, int]()
    for item in kept:
        weights[item.path] = min(weight_of(item), weights.get(item.path, len(KINDS)))
        places.setdefault(item.path, len(places))
    items[:] = sorted(kept, key=lambda item: (weights[item.path], places[item.path]))


def weight_of(item: pytest.Item) -> int:
    """Return the place of a test's kind in order of slowness."""
    return next(place for place, kind in enumerate(KINDS) if item.get_closest_marker(kind) or kind == "unit")


# What a test does while it runs.


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note when the test begins."""
    item.stash[BEGAN] = own_time() - templates.seconds()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Note when the test function begins, and forget the programs that fixtures have started."""
    _started.clear()
    item.stash[CALLED] = own_time()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that has passed but does not keep to its kind."""
    report = yield
    if report.passed and call.when == "call":
        kind = list(KINDS)[weight_of(item)]
        began = item.stash[CALLED] if kind == "unit" else item.stash[BEGAN] + templates.seconds()
        if said := complaint(kind, own_time() - began, started=_started):
            report.outcome, report.longrepr = "failed", said
    return report


def own_time() -> float:
    """Return the time on the clock, less the time that this thread has waited for a core."""
    waited = 0.0
    with suppress(OSError):
        waited = int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    return time.monotonic() - waited


def slowdown() -> float:
    """Return how many times longer a test may take: on a slow machine, and while its coverage is measured."""
    return max(1.0, sum(_reference_work() for _ in range(5)) / 5 / REFERENCE) * (TRACED if sys.gettrace() else 1.0)


def _reference_work() -> float:
    """Return the processor time, in seconds, of a piece of Python that is always the same."""
    traced = sys.gettrace()
    sys.settrace(None)
    began = time.thread_time()
    sum(number % 7 for number in range(100_000))
    sys.settrace(traced)
    return time.thread_time() - began


def crowding() -> float:
    """Return how many processes compete for each core, at least 1; a test's own programs wait for theirs as well."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def complaint(kind: str, seconds: float, *, started: list[str]) -> str:
    """Return how a test has broken the rules of its kind, or nothing."""
    limit = UNIT_SECONDS if kind == "unit" else SECONDS
    allowed = limit * (crowding() if kind in {"process", "browser"} else 1.0)
    if kind in {"unit", "integration"} and started:
        return f"This test is of the kind “{kind}”, but has started a program ({started[0]}). Mark it as `process`."
    if kind != "campaign" and seconds > allowed and seconds > allowed * slowdown():
        return f"This took {seconds:.1f} s, but a test of the kind “{kind}” may take {limit:.0f} s at most."
    return ""
