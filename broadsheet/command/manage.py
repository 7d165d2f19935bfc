"""`broadsheet manage`: runs a management command of Django or Wagtail on the chosen paper."""

import argparse

from django.core.management import execute_from_command_line

from broadsheet.command.bootstrap import open_paper
from broadsheet.command.parser import folder_option


def run(arguments: argparse.Namespace) -> int:
    """Pass every word except --data on to Django, which exits with codes of its own."""
    options, words = folder_option().parse_known_args(arguments.words)
    arguments.data = getattr(options, "data", arguments.data)
    open_paper(arguments)
    execute_from_command_line(["broadsheet manage", *words])
    return 0
