"""The journeys borrow a paper from the tests of the command."""

from tests.command.conftest import paper, template

__all__ = ["paper", "template"]
