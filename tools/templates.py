"""Puts the templates into one form: djade for Django's tags, djhtml for the indentation; --check only looks."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def main(arguments: list[str]) -> int:
    """Returns 0 when every template has its form, or has been given it by --write."""
    templates = sorted(map(str, (ROOT / "broadsheet").rglob("templates/**/*.html")))
    if not templates:
        return 0
    checking = ["--check"] if "--check" in arguments else []
    commands = [
        [f"{BIN}/djade", "--target-version", "5.2", *checking, *templates],
        [f"{BIN}/djhtml", "--tabwidth", "2", *checking, *templates],
    ]
    codes = [subprocess.run(command, check=False).returncode for command in commands]
    return int(bool(checking) and any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
