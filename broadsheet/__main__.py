"""The door of the command: `python -m broadsheet`, and `broadsheet` where it is installed."""

import sys

from broadsheet.command.main import main

if __name__ == "__main__":
    sys.exit(main())
