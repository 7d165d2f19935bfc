"""Every date that people read is in the paper's own format: neither a template nor a module writes one of its own."""

import ast
import re
from pathlib import Path

import pytest

from tests.contracts.tree import BUILDING, modules, short, tree

# Django's filters and tag, and Python's method in a Jinja template.
OWN_FORMAT = re.compile(r"\|\s*(?:date|time)\b|\{%-?\s*now\b|strftime|isoformat|localtime")
# Modules that write dates for machines, addresses, logs and the operator's command line.
FOR_MACHINES = {
    "broadsheet/core/datetimes.py": "the `datetime` attribute",
    "broadsheet/newsroom/models/articles.py": "addresses",
    "broadsheet/newsroom/queries.py": "addresses",
}
FORMATTERS = {"formats.date_format", "formats.time_format", "dateformat.format", "dateformat.time_format"}
OPERATORS = ("broadsheet/command/", "broadsheet/core/models.py", "broadsheet/demo/outbox.py", "broadsheet/pagecache/")


def templates() -> list[Path]:
    return [path for path in (BUILDING / "templates").rglob("*.*") if path.is_file()]


def formats_a_date(node: ast.AST) -> bool:
    """Say whether it is `f"{day:%d.%m.%Y}"`, `day.strftime(...)` or one of Django's functions for it."""
    if isinstance(node, ast.FormattedValue):
        return node.format_spec is not None and "%" in ast.unparse(node.format_spec)
    return isinstance(node, ast.Attribute) and (node.attr == "strftime" or ast.unparse(node) in FORMATTERS)


def test_no_template_has_a_date_format_of_its_own() -> None:
    assert len(templates()) > 50
    found = [
        f"{short(path)}:{number} {hit.group()}"
        for path in templates()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        for hit in OWN_FORMAT.finditer(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ['{{ day|date:"j F Y" }}', "{{ day | time }}", '{% now "Y" %}', '{{ day.strftime("%d") }}']
)
def test_a_date_format_in_a_template_is_found(text: str) -> None:
    assert OWN_FORMAT.search(text)


@pytest.mark.parametrize(
    "text", ["{{ day|full_date }}", "{{ day|time_of_day }}", "{{ up|date_and_time }}", "{% today %}"]
)
def test_the_filters_of_the_paper_are_allowed(text: str) -> None:
    assert not OWN_FORMAT.search(text)


def test_no_module_that_speaks_to_people_has_a_date_format_of_its_own() -> None:
    writing = {short(path) for path in modules() if any(map(formats_a_date, ast.walk(tree(path))))}
    assert {name for name in writing if not name.startswith(OPERATORS)} == set(FOR_MACHINES)
