"""What the contract tests share: the modules of the building, parsed once."""

import pytest

from tests.contracts.tree import modules, tree


@pytest.fixture(scope="session", autouse=True)
def _parsed() -> None:
    """Parse every module beforehand, so that this counts for none of the tests."""
    for module in modules():
        tree(module)
