"""An empty folder of baked pages."""

from pathlib import Path

import pytest

from broadsheet.bakery.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The store of an empty folder."""
    return Store(tmp_path / "baked")
