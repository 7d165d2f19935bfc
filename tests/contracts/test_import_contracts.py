"""Each import contract catches what it is for: the building is drawn in small, and sabotaged in one place at a time."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.contracts.tree import BUILDING, ROOT

LINT = Path(sys.executable).parent / "lint-imports"
SABOTAGES = {
    "a room that is listed nowhere": ("building", "gossip/__init__.py", ""),
    "a lower room that knows a higher one": ("building", "discussion/rules.py", "import broadsheet.review.models"),
    "neighbours that see each other": ("building", "donations/rules.py", "import broadsheet.newsroom.models"),
    "core that knows a room": ("building", "core/errors.py", "import broadsheet.accounts.models"),
    "a room that reads the settings module": ("building", "review/rules.py", "import broadsheet.config.settings"),
    "a file outside the vocabulary": ("room", "discussion/utils.py", ""),
    "a model that calls an action": ("room", "discussion/models.py", "import broadsheet.discussion.actions"),
    "an action that knows the web": ("room", "discussion/actions.py", "import broadsheet.discussion.views"),
    "a rule that knows a form": ("room", "discussion/rules.py", "import broadsheet.discussion.forms"),
    "loading that knows a source": (
        "interchange",
        "interchange/loading/importer.py",
        "import broadsheet.interchange.sources.wordpress",
    ),
    "a source that calls loading": (
        "interchange",
        "interchange/sources/wordpress.py",
        "import broadsheet.interchange.loading.importer",
    ),
    "a record that knows its source": (
        "interchange",
        "interchange/records.py",
        "import broadsheet.interchange.sources.wordpress",
    ),
    "a source that is listed nowhere": ("sources", "interchange/sources/gazette.py", ""),
    "sources that know each other": (
        "sources",
        "interchange/sources/wordpress.py",
        "import broadsheet.interchange.sources.ghost",
    ),
    "a report that knows the importer": (
        "loading",
        "interchange/loading/report.py",
        "import broadsheet.interchange.loading.importer",
    ),
    "a source that needs Django": ("reading", "interchange/sources/wordpress.py", "import django"),
    "a page cache that knows a room": ("building", "pagecache/models.py", "import broadsheet.newsroom.models"),
    "a purge log that knows the server": ("pagecache", "pagecache/models.py", "import broadsheet.pagecache.server"),
    "a bakery that knows the page cache": ("building", "bakery/store.py", "import broadsheet.pagecache.models"),
    "a page that knows the store": ("bakery", "bakery/pages.py", "import broadsheet.bakery.store"),
    "a bakery that knows Django": ("pure", "bakery/store.py", "import django.conf"),
    "a body that knows the gateway's application": (
        "gateway",
        "gateway/bodies.py",
        "import broadsheet.gateway.application",
    ),
    "a gateway that knows Django": ("pure", "gateway/application.py", "import django.conf"),
    "a bakery that knows the ground": ("pure", "bakery/store.py", "import broadsheet.core.errors"),
    "a room that reads the folder of pages": ("counter", "newsroom/actions.py", "import broadsheet.bakery.store"),
    "a back door": ("faces", "review/rules.py", "import broadsheet.discussion.emails"),
    "another room's views": ("faces", "review/views.py", "import broadsheet.discussion.views"),
    "a room taken whole": ("faces", "review/models.py", "import broadsheet.discussion"),
    "a circle": ("cycles", "mail/actions.py", "import broadsheet.accounts.models"),
}
FILES = ["__init__", "actions", "errors", "forms", "models", "rules", "views"]
OTHERWISE = {
    "core": ["__init__", "errors", "settings"],
    "config": ["__init__", "errors", "settings"],
    "interchange": [
        *("__init__", "blocks", "models", "records", "html/__init__", "loading/__init__", "loading/importer"),
        *("loading/report", "sources/__init__", "sources/ghost", "sources/wordpress"),
    ],
    "bakery": ["__init__", "pages", "store"],
    "gateway": ["__init__", "application", "bodies"],
    "pagecache": ["__init__", "actions", "errors", "server", "models"],
}


def rooms() -> list[str]:
    return [path.parent.name for path in BUILDING.glob("*/__init__.py")]


@pytest.fixture
def building(tmp_path: Path) -> Path:
    """The rooms as they are listed, with the usual files, each empty but for one import that is right."""
    inside = tmp_path / "broadsheet"
    for room in rooms():
        (inside / room).mkdir(parents=True)
        for name in OTHERWISE.get(room, FILES):
            path = inside / room / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text("")
    (inside / "__init__.py").write_text("")
    (inside / "review/actions.py").write_text("import broadsheet.discussion.actions\n")
    (inside / "accounts/actions.py").write_text("import broadsheet.mail.actions\n")
    return tmp_path


def lint(building: Path, *arguments: str) -> int:
    """Runs the contracts of pyproject.toml on the drawn building; returns 1 where one is broken."""
    surroundings = {**os.environ, "PYTHONPATH": f"{building}{os.pathsep}{ROOT}"}
    command = [str(LINT), "--no-cache", "--no-logo", "--config", str(ROOT / "pyproject.toml"), *arguments]
    ran = subprocess.run(command, cwd=building, env=surroundings, capture_output=True, text=True, check=False)
    assert "Contracts: " in ran.stdout, ran.stdout + ran.stderr
    return ran.returncode


def test_the_building_as_drawn_keeps_every_contract(building: Path) -> None:
    assert lint(building) == 0


@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_sabotage_is_caught(building: Path, sabotage: str) -> None:
    contract, file, line = SABOTAGES[sabotage]
    path = building / "broadsheet" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + line + "\n")
    assert lint(building, "--contract", contract) == 1


def test_every_contract_is_sabotaged_here() -> None:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["id"] for contract in written} == {contract for contract, _, _ in SABOTAGES.values()}
