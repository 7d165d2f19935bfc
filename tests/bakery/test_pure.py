"""The bakery runs without Django."""

import subprocess
import sys

import pytest

from tests.contracts.tree import BUILDING, ROOT

IMPORTED = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
rooms = {name.split(".")[1] for name in sys.modules if name.startswith("broadsheet.")}
print(*sorted(rooms | ({"django", "wagtail", "jinja2"} & {*sys.modules})))
"""


@pytest.mark.once
def test_the_bakery_imports_neither_django_nor_another_room() -> None:
    modules = [f"broadsheet.bakery.{path.stem}" for path in (BUILDING / "bakery").glob("[!_]*.py")]
    command = [sys.executable, "-c", IMPORTED, *modules]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "bakery\n"
