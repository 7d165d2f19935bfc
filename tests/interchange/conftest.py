"""The folder of real exports, and a function that writes invented ones."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.command.conftest import template

__all__ = ["template"]

BESIDE_THE_CHECKOUT = Path(__file__).parents[2].parent / "shared" / "data"

Written = Callable[[str | bytes], Path]


@pytest.fixture(scope="session")
def material() -> Path:
    """The folder of real exports and hostile strings, from BROADSHEET_TEST_MATERIAL or beside the checkout."""
    folder = Path(os.environ.get("BROADSHEET_TEST_MATERIAL") or BESIDE_THE_CHECKOUT)
    if not folder.is_dir():
        pytest.skip("No real exports on this machine: name their folder in BROADSHEET_TEST_MATERIAL.")
    return folder


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A function that writes an export file and returns its path."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "export.xml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    """Give each test its own data folder: two imports into one paper refuse each other, and tests run in parallel."""
    settings.DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
