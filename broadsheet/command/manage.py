"""`broadsheet manage`: everything of Django, on the chosen paper."""

import argparse

from django.core.management import execute_from_command_line

from broadsheet.command.opening import open_paper
from broadsheet.command.parser import folder_option


def run(asked: argparse.Namespace) -> int:
    """Passes every word but --data on to Django, which answers with its own exit codes."""
    known, words = folder_option().parse_known_args(asked.words)
    asked.data = getattr(known, "data", asked.data)
    open_paper(asked)
    execute_from_command_line(["broadsheet manage", *words])
    return 0
