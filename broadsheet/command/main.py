"""Reads the command line and runs one command. What an operator can meet ends in a sentence and exit code 1."""

import argparse
import os
import sys
from importlib import import_module

from broadsheet.command import parser, trouble
from broadsheet.command.opening import open_paper

# Command → (its module, whether the paper is opened first). A module that needs Django is imported only after the
# settings can be read, and that is when the data folder is known: hence by name, and not at the top of this file.
COMMANDS = {
    "init": ("init", False),
    "serve": ("serve", True),
    "worker": ("worker", True),
    "bake": ("bake", True),
    "doctor": ("doctor", False),
    "import": ("importing", True),
    "demo": ("demo", False),
    "manage": ("manage", False),
}
INTERRUPTED = 130


def main(words: list[str] | None = None) -> int:
    """Runs `broadsheet WORDS` and returns its exit code."""
    try:
        return run(parser.build().parse_args(words))
    except trouble.FORESEEN as error:
        if os.environ.get("BROADSHEET_LOG_LEVEL") == "debug":
            raise
        print("\n".join(trouble.sentences(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def run(asked: argparse.Namespace) -> int:
    """Opens the paper where the command needs one, and hands over to the command's module."""
    name, needs_paper = COMMANDS[asked.command]
    if needs_paper:
        open_paper(asked)
    code: int = import_module(f"broadsheet.command.{name}").run(asked)
    return code
