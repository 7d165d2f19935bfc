"""The entry point of the command line. An error the operator can meet ends in a message and an exit code.

It is 2 for a missing or wrong option, and 1 for any other error.
"""

import argparse
import os
import sys
from importlib import import_module

from broadsheet.command import messages, parser
from broadsheet.command.bootstrap import open_paper

# Command → (its module, whether the paper is opened first). The modules are imported by name, because most of them
# import Django's models, which need the settings, which in turn need the data folder from the command line.
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
    """Run `broadsheet WORDS` (by default the process's own) and return its exit code."""
    try:
        return run(parser.build().parse_args(words))
    except messages.EXPECTED_ERRORS as error:
        if os.environ.get("BROADSHEET_LOG_LEVEL") == "debug":
            raise
        print("\n".join(messages.messages_for(error)), file=sys.stderr)
        return int(getattr(error, "returncode", 1))
    except KeyboardInterrupt:
        return INTERRUPTED


def run(arguments: argparse.Namespace) -> int:
    """Open the paper where the command needs it, and run the command's module."""
    name, needs_paper = COMMANDS[arguments.command]
    if needs_paper:
        open_paper(arguments)
    code: int = import_module(f"broadsheet.command.{name}").run(arguments)
    return code
