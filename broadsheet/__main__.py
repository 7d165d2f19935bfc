"""The door of the command: `python -m broadsheet`, and `broadsheet` where it is installed."""

import sys

from broadsheet.command import main as command
from broadsheet.core.log_format import install_hooks


def main() -> int:
    """Run the command; exceptions that nothing catches are printed without values, in its children too."""
    install_hooks()
    return command.main()


if __name__ == "__main__":
    sys.exit(main())
